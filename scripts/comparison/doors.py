"""The links of who is asked, the same for the kernel and the stack: a host has one, a router two, or one with stations."""
from collections import namedtuple

from packets import HOST4, HOST6

# With `mac` it has Ethernet frames; `gateways` are other routers there.
Door = namedtuple("Door", "device mtu addresses mac gateways", defaults=(None, ()))

PEER_DOOR = Door("tun0", 1500, (f"{HOST4}/24", f"{HOST6}/64"))
FAR_DOOR = Door("tun1", 1400, ("198.51.100.2/24", "2001:db8:1::2/64"))
HOST, ROUTER = [PEER_DOOR], [PEER_DOOR, FAR_DOOR]
BESIDE_ANOTHER = [Door("tap0", 1500, (f"{HOST4}/24", f"{HOST6}/64"), "02:00:5e:10:00:02", ("192.0.2.3", "fe80::3"))]
