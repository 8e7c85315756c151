#!/usr/bin/env bash
# Makes a Debian 12 machine ready for Isochrone: system packages, a virtual environment, the project in it.
# Idempotent: what is there stays, and a second run costs a moment. Shared by the Vagrantfile, CI and make.
#
#   labs/provision.sh            everything
#   labs/provision.sh --system   the system packages alone (what needs root)
#   labs/provision.sh --ryu      everything, with Ryu in the place of os-ken, into .venv-ryu
set -euo pipefail
cd "$(dirname "$0")/.."

library=os-ken
venv=${VENV:-.venv}
if [ "${1:-}" = --ryu ]; then
  library=ryu
  venv=${VENV:-.venv-ryu}
fi
stamp="$venv/.provisioned"
# what stands in PATH of root alone
PATH="$PATH:/usr/sbin:/sbin"

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

say() { printf 'provision: %s\n' "$*"; }

# Each command and the Debian package that brings it.
missing_packages() {
  local pair
  for pair in ovs-vswitchd:openvswitch-switch mnexec:mininet ip:iproute2 ethtool:ethtool tc:iproute2 \
              ifconfig:net-tools ss:iproute2 unshare:util-linux setpriv:util-linux chrt:util-linux ping:iputils-ping; do
    command -v "${pair%%:*}" >/dev/null || echo "${pair##*:}"
  done
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

system_packages() {
  local packages
  packages=$(missing_packages | sort -u | tr '\n' ' ')
  [ -z "${packages// /}" ] && return
  say "installing ${packages}"
  as_root apt-get update -qq
  # Each lab starts an Open vSwitch of its own in a sandbox; the system's is neither needed nor touched.
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
}

install() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }

# What setup.cfg asks for to run, try and test the project, with Ryu in the place of os-ken.
requirements_with_ryu() {
  "$venv/bin/python" - <<'PYTHON'
from configparser import ConfigParser
asked = ConfigParser()
asked.read("setup.cfg")
extras = asked["options.extras_require"]
lines = [asked["options"]["install_requires"], *(extras[name] for name in ("labs", "dev", "ryu"))]
print(*(line for line in "\n".join(lines).split("\n") if not line.startswith("os-ken")), sep="\n")
PYTHON
}

install_with_ryu() {
  requirements_with_ryu >"$venv/requirements.txt"
  # Ryu's own build calls what setuptools has taken out since.
  echo 'setuptools<=67.8' >"$venv/build-constraint.txt"
  install --build-constraint "$venv/build-constraint.txt" -r "$venv/requirements.txt"
  install --no-deps -e .
}

python_environment() {
  local wanted
  wanted=$(cat setup.cfg pyproject.toml labs/provision.sh | cksum; pwd; python3 --version)
  if [ -x "$venv/bin/isochrone" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    say "Python 3.10 or newer is needed, this is $(python3 --version)"; exit 1; }
  say "making $venv with $(python3 --version)"
  # A moved or copied environment points at its old place: make it anew.
  grep -qsF "$PWD/$venv" "$venv/bin/activate" || { rm -rf "$venv"; python3 -m venv "$venv"; }
  install --upgrade pip
  if [ "$library" = ryu ]; then install_with_ryu; else install -e '.[topologies,labs,dev]'; fi
  printf '%s\n' "$wanted" >"$stamp"
}

system_packages
[ "${1:-}" = --system ] && exit
python_environment
# A lab's controller runs as nobody, who can keep no bytecode: without this each of its starts compiles everything (2 s).
"$venv/bin/python" -m compileall -q controller intents topologies labs
