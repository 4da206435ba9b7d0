"""Other engines on the same discrete problem, to hold ours against; one file each, loaded when asked."""

from fem.peers.compare import PEERS, Agreement, agreement_with, peer_displacements

__all__ = ["PEERS", "Agreement", "agreement_with", "peer_displacements"]
