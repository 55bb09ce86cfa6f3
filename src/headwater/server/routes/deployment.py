"""What the app begins with: the deployment, its locations, and signing in."""

from __future__ import annotations

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import JSONBody

from headwater.server import shapes
from headwater.server.deployment import Deployment
from headwater.server.guard import COOKIE, TokenRequiredError, read_secret
from headwater.server.resources import locations
from headwater.server.version import package_version


@get("/deployment", sync_to_thread=True, summary="The deployment and its code locations")
def get_deployment(
    deployment: NamedDependency[Deployment], request: Request[None, None, State]
) -> shapes.DeploymentView:
    """Answers without a token too, but then only says that one is needed."""
    required = deployment.auth_required()
    secret = read_secret(dict(request.scope))
    signed_in = not required or (secret is not None and deployment.find_token(secret) is not None)
    listed = deployment.store.read(locations.location_list) if signed_in else []
    return shapes.DeploymentView(
        name=deployment.name,
        version=package_version(),
        auth_required=required,
        signed_in=signed_in,
        seq=deployment.store.tail.head,
        locations=listed,
    )


@post("/session", status_code=204, sync_to_thread=True, summary="Sign in")
def sign_in(
    deployment: NamedDependency[Deployment], request: Request[None, None, State], data: JSONBody[shapes.SessionBody]
) -> Response[None]:
    """Keep a token in a cookie that scripts of the page can't read."""
    if deployment.find_token(data.token.strip()) is None:
        raise TokenRequiredError(
            "The token is not known here, or was revoked. `headwater token create NAME` makes one."
        )
    path = request.scope.get("root_path") or "/"
    cookie = Cookie(
        key=COOKIE, value=data.token.strip(), path=path, httponly=True, samesite="strict", max_age=30 * 86_400
    )
    return Response(None, cookies=[cookie])


@delete("/session", sync_to_thread=False, summary="Sign out")
def sign_out(request: Request[None, None, State]) -> Response[None]:
    """Forget the token."""
    path = request.scope.get("root_path") or "/"
    return Response(None, status_code=204, cookies=[Cookie(key=COOKIE, value="", path=path, max_age=0)])
