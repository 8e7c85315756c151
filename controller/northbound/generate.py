"""Writes the Python stubs of `isochrone/v1/*.proto` beside them: `python -m controller.northbound.generate`.

The stubs are checked in, so that an installation needs no compiler; a test holds them equal to what this writes.
protoc imports by the path of the .proto; the one rewrite makes it a path inside this package, so that nothing of ours
stands at the top level of `sys.path` under the name `isochrone`. Stubs ask for a protobuf and a grpcio no older than
their compiler: a newer grpcio-tools means newer bounds in setup.cfg.
"""

from importlib.resources import files
from pathlib import Path

HERE = Path(__file__).parent


def generate(into: Path) -> tuple[Path, ...]:
    """Writes the stubs under a folder and returns their paths, relative to it and sorted."""
    from grpc_tools import protoc

    sources = sorted(path.relative_to(HERE) for path in HERE.glob("isochrone/v1/*.proto"))
    failed = protoc.main(["protoc", f"-I{HERE}", f"-I{files('grpc_tools') / '_proto'}", f"--python_out={into}",
                          f"--pyi_out={into}", f"--grpc_python_out={into}", *map(str, sources)])
    if failed:
        raise SystemExit(failed)
    stubs = sorted(into.glob("isochrone/v1/*_pb2*.py*"))
    for stub in stubs:
        stub.write_text(stub.read_text().replace("from isochrone.v1", "from controller.northbound.isochrone.v1"))
    return tuple(stub.relative_to(into) for stub in stubs)


if __name__ == "__main__":
    generate(HERE)
