"""In place of Ryu's web server, which comes with its apps: that one loads eventlet, and asks it for a name that is gone.

os-ken has no web server either; Isochrone's operators speak gRPC.
"""


def start_service(apps: object) -> None:
    """What the library asks for a server to run beside the apps: there is none."""
