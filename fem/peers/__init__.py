"""Other engines on the same discrete problem, to hold ours against; one file each, loaded when asked."""

from fem.peers.table import PEERS, peer_displacements

__all__ = ["PEERS", "peer_displacements"]
