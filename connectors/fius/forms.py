"""Which form an FIU takes: the renderer and the check behind a profile name of fius.yaml."""

from collections.abc import Callable
from typing import NamedTuple

from connectors.fius.portal import package as portal
from connectors.fius.resolved import Rendered, ResolvedReport
from schemas.filing import FilingError

PORTAL = "portal"


class Form(NamedTuple):
    """How to render a report for an FIU, and how to check a file somebody else made."""

    render: Callable[[ResolvedReport], list[Rendered]]
    check: Callable[[bytes], list[FilingError]]


PORTAL_FORM = Form(portal.render, portal.validate)
