"""What the probe's sender, its listeners and its reader share: the packet on the wire and the records on file."""

import struct

MAGIC = 0x49534F43
"""First word of a probe packet's UDP payload; the listeners' filter lets nothing else pass."""

PAYLOAD = struct.Struct("!IHIq")
"""Magic (0 in load, which nobody records), number of the probe, number of the packet, send time (CLOCK_REALTIME, ns)."""

ETHERNET_BYTES = 14 + 4
"""Of a frame around the packet: header and FCS."""

AROUND_BYTES = ETHERNET_BYTES + 20 + 8
"""Of a frame around the UDP payload: IPv4 and UDP headers as well. A frame's size counts them all."""

LEAST_BYTES = AROUND_BYTES + PAYLOAD.size

SENT = struct.Struct("=q")
"""A sender's record: the send time of its next packet."""

ARRIVAL = struct.Struct("=HIq?")
"""A listener's record: number of the probe, of the packet, arrival time (CLOCK_REALTIME, ns), and whether the packet was
for this host: its MAC and its address."""
