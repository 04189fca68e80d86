"""The whole client."""

from __future__ import annotations

from bunyad.client.accounts import Accounts
from bunyad.client.auctions import Auctions
from bunyad.client.bidding import Bidding
from bunyad.client.jobs import Jobs
from bunyad.client.land import Land
from bunyad.client.layers import Layers
from bunyad.client.partner_days import PartnerDays
from bunyad.client.partners import Partners
from bunyad.client.plans import Plans
from bunyad.client.villages import Villages


class Client(
    Accounts, Plans, Land, Layers, Jobs, Auctions, Bidding, Villages, Partners, PartnerDays
):
    """
    A server of plans; each request is a method of the same name.

    Parameters
    ----------
    url
        Address of the server, such as `http://127.0.0.1:8000`.
    token
        Token of an account; without one, only what everybody may see.
    share
        Token of a shared link, for a plan that is not public.
    transport
        How requests are carried; by default over the network.
    wait
        How to wait between two tries [s].

    Raises
    ------
    ApiProblem
        By every method, where the server refuses or does not answer.

    Examples
    --------
    >>> import httpx
    >>> empty = httpx.MockTransport(lambda request: httpx.Response(200, json=[]))
    >>> with Client("http://127.0.0.1:8000", transport=empty) as client:
    ...     client.list_regions()
    []
    """
