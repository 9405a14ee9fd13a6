"""THE list of what both are asked: (title, which RFC decides, packets and waits in seconds)."""
from packets import *

WAIT = 1.2  # longer than fragments are kept, as both are configured
BIG = bytes(range(256)) * 16


def option6(kind, size=4):
    return bytes([kind, size]) + bytes(size)


def behind_options(*each, **fields):
    return [echo6((DESTINATION, options(*each)), **fields)]


def too_big(mtu, to=PEER6, size=1448):
    """A report about a fragment of a large echo reply."""
    quote = ipv6(icmp6(129, data=bytes(1200), source=HOST6, to=PEER6)[:1184], source=HOST6, to=to, length=size)
    return ipv6(icmp6(2, 0, mtu, quote))


MESSAGE6 = icmp6(128, data=bytes(range(56)))
UDP_IN_FRAGMENTS = udp6(data=bytes(24))
MESSAGE4 = icmp(8, data=bytes(range(56)))
RECORD_ROUTE = bytes([7, 7, 4, 0, 0, 0, 0, 0])

IPV6 = [
    ("echo", "RFC 4443 4.2", [echo6()]),
    ("echo, code 5", "RFC 4443 4.2", [ipv6(icmp6(128, 5))]),
    ("echo, hop limit 0", "RFC 8200 3", [echo6(hops=0)]),
    ("echo to ff02::1", "RFC 4443 4.2", [echo6(to="ff02::1")]),
    ("echo to ff01::1", "RFC 4291 2.7", [echo6(to="ff01::1")]),
    ("echo from ::", "RFC 4291 2.5.2", [echo6(source="::")]),
    ("echo from ::1", "RFC 4291 2.5.3", [echo6(source="::1")]),
    ("echo from ::ffff:192.0.2.1", "RFC 4942 2.2", [echo6(source="::ffff:192.0.2.1")]),
    ("echo from the host's own address", "design", [echo6(source=HOST6)]),
    ("echo to the subnet-router anycast address", "RFC 4291 2.6.1", [echo6(to="2001:db8::")]),
    ("echo of 4000 octets", "RFC 8200 4.5", fragments6(icmp6(128, data=BIG[:4000]), (0, 1448, True), (1448, 2896, True), (2896, 4008, False))),
    ("UDP to a closed port", "RFC 4443 3.1", [ipv6(udp6(), UDP)]),
    ("UDP without checksum", "RFC 8200 8.1", [ipv6(udp6()[:6] + b"\0\0" + udp6()[8:], UDP)]),
    ("UDP to ff02::1", "RFC 4443 2.4(e.3)", [ipv6(udp6(to="ff02::1"), UDP, to="ff02::1")]),
    ("unknown next header 200", "RFC 4443 3.4", [ipv6(bytes(8), 200)]),
    ("ESP", "RFC 4443 3.4", [ipv6(bytes(16), 50)]),
    ("no next header", "RFC 8200 4.7", [ipv6(bytes(20), NONE)]),
    ("payload length 0, next header ICMPv6", "RFC 8200 3", [ipv6(bytes(16), length=0)]),
    ("ICMPv6 of unknown type 200", "RFC 4443 2.4(b)", [ipv6(icmp6(200))]),
    ("ICMPv6 error of unknown type 100", "RFC 4443 2.4(a)", [ipv6(icmp6(100, data=ipv6(udp6(), UDP)))]),
    ("node information query", "RFC 4620", [ipv6(icmp6(139))]),
    ("extended echo request", "RFC 8335 4", [ipv6(icmp6(160, rest=0x00010101, data=bytes.fromhex("2000dff7000803020000000 1".replace(" ", ""))))]),
    ("destination options: Pad1 and PadN", "RFC 8200 4.2", behind_options(b"\0\0", option6(1, 0))),
    ("destination options: unknown, action skip", "RFC 8200 4.2", behind_options(option6(0x1E))),
    ("destination options: unknown, action discard", "RFC 8200 4.2", behind_options(option6(0x5E))),
    ("destination options: unknown, action report", "RFC 8200 4.2", behind_options(option6(0x9E))),
    ("the same to ff02::1", "RFC 4443 2.4(e.3)", behind_options(option6(0x9E), to="ff02::1")),
    ("destination options: unknown, report unless multicast", "RFC 8200 4.2", behind_options(option6(0xDE))),
    ("the same to ff02::1", "RFC 8200 4.2", behind_options(option6(0xDE), to="ff02::1")),
    ("destination options: length past the header", "RFC 8200 4.2", [echo6((DESTINATION, bytes([1, 200, 0, 0, 0, 0])))]),
    ("destination options: tunnel encapsulation limit", "RFC 2473 4.1.1", behind_options(bytes([4, 1, 5]))),
    ("destination options: home address", "RFC 8200 4.2", behind_options(option6(0xC9, 16))),
    ("destination options: 7 Pad1 and a PadN of 3", "RFC 8200 4.2", [echo6((DESTINATION, bytes([5, 2, 0, 0]) + bytes(7) + bytes([1, 1, 0])))]),
    ("destination options: 9 octets of padding", "RFC 8504 5.3", [echo6((DESTINATION, bytes([1, 7]) + bytes(7) + bytes([1, 3]) + bytes(3)))]),
    ("destination options: 9 options", "RFC 8504 5.3", behind_options(*[option6(0x1E, 2)] * 9)),
    ("hop-by-hop options: router alert", "RFC 2711 2.1", [echo6((HOP_BY_HOP, options(bytes([5, 2, 0, 0]))))]),
    ("hop-by-hop options: unknown, action report", "RFC 8200 4.2", [echo6((HOP_BY_HOP, options(option6(0x9E))))]),
    ("hop-by-hop options: jumbo payload in a small packet", "RFC 2675 3", [echo6((HOP_BY_HOP, bytes([0xC2, 4, 0, 0, 0, 99])))]),
    ("hop-by-hop options behind destination options", "RFC 8200 4.3", [echo6((DESTINATION, options()), (HOP_BY_HOP, options()))]),
    ("destination options cut short", "RFC 8200 4", [ipv6(bytes([ICMP6, 31]) + bytes(18), DESTINATION)]),
    ("next header 60 and nothing behind", "RFC 8200 4", [ipv6(b"", DESTINATION)]),
    ("routing header type 0, nothing left", "RFC 5095 3", [echo6((ROUTING, bytes([0, 0]) + bytes(4)))]),
    ("routing header type 0, one segment left", "RFC 5095 3", [echo6((ROUTING, bytes([0, 1]) + bytes(20)))]),
    ("routing header type 4, one segment left", "RFC 8754 4.3.2", [echo6((ROUTING, bytes([4, 1, 0, 0, 0, 0]) + bytes(16)))]),
    ("routing header type 200, nothing left", "RFC 8200 4.4", [echo6((ROUTING, bytes([200, 0]) + bytes(4)))]),
    ("routing header type 200, one segment left", "RFC 8200 4.4", [echo6((ROUTING, bytes([200, 1]) + bytes(4)))]),
    ("8 extension headers", "RFC 8504 5.3", [echo6(*[(DESTINATION, options())] * 8)]),
    ("9 extension headers", "RFC 8883 2.5", [echo6(*[(DESTINATION, options())] * 9)]),
    ("atomic fragment", "RFC 6946 4", [echo6((FRAGMENT, fragment()))]),
    ("atomic fragment, reserved bits set", "RFC 8200 4.5", [echo6((FRAGMENT, fragment(reserved=6)))]),
    ("2 fragments", "RFC 8200 4.5", fragments6(MESSAGE6, (0, 32, True), (32, 64, False))),
    ("2 fragments, the last first", "RFC 8200 4.5", fragments6(MESSAGE6, (32, 64, False), (0, 32, True))),
    ("2 fragments, another next header in the second", "RFC 8200 4.5", fragments6(MESSAGE6, (0, 32, True), (32, 64, False, UDP))),
    ("2 fragments, the first twice", "RFC 8200 4.5", fragments6(MESSAGE6, (0, 32, True), (0, 32, True), (32, 64, False))),
    ("fragments that overlap, then the rest", "RFC 5722 4", fragments6(MESSAGE6, (0, 32, True), (24, 48, True), (0, 32, True), (32, 64, False)) + [WAIT]),
    ("fragments with two different ends", "RFC 8200 4.5", fragments6(MESSAGE6, (32, 48, False), (48, 64, True), (0, 32, True)) + [WAIT]),
    ("fragment of 20 octets that is not the last", "RFC 8200 4.5", fragments6(MESSAGE6, (0, 20, True)) + [WAIT]),
    ("fragment beyond 65535 octets", "RFC 8200 4.5", [chain(ICMP6, bytes(1000), (FRAGMENT, fragment(65528)))]),
    ("fragment without data", "RFC 8200 4.5", [chain(ICMP6, b"", (FRAGMENT, fragment(8, True)))]),
    ("first fragment that ends within destination options", "RFC 7112 5", [chain(DESTINATION, bytes([ICMP6, 3]) + bytes(6), (FRAGMENT, fragment(0, True)))]),
    ("first fragment with 16 octets of TCP", "RFC 7112 5", [chain(TCP, bytes(16), (FRAGMENT, fragment(0, True)))]),
    ("first fragment, no other", "RFC 8200 4.5", fragments6(MESSAGE6, (0, 32, True)) + [WAIT]),
    ("last fragment, no other", "RFC 8200 4.5", fragments6(MESSAGE6, (32, 64, False)) + [WAIT]),
    ("UDP to a closed port in 2 fragments", "RFC 8200 4.5", fragments6(UDP_IN_FRAGMENTS, (0, 16, True), (16, 32, False), last=UDP)),
    ("unknown option behind the fragment header", "RFC 8200 4.5", fragments6(bytes([ICMP6, 0]) + options(option6(0x9E)) + MESSAGE6, (0, 32, True), (32, 72, False), last=DESTINATION)),
    ("packet too big 1400, then a large echo", "RFC 8201 4", fragments6(icmp6(128, data=BIG[:1440]), (0, 1400, True), (1400, 1448, False)) + [too_big(1400)] + fragments6(icmp6(128, data=BIG[:1440]), (0, 1400, True), (1400, 1448, False))),
    ("packet too big 1000, then an echo", "RFC 8201 4", [too_big(1000), echo6()]),
]

IPV4 = [
    ("echo", "RFC 1122 3.2.2.6", [echo4()]),
    ("echo, TOS 0xb8", "RFC 1122 3.2.2.6", [echo4(tos=0xB8)]),
    ("echo, code 5", "RFC 792", [ipv4(icmp(8, 5))]),
    ("echo, TTL 0", "RFC 1122 3.2.1.7", [echo4(ttl=0)]),
    ("echo to 255.255.255.255", "RFC 1122 3.2.2.6", [echo4(to="255.255.255.255")]),
    ("echo to the subnet's broadcast address", "RFC 1122 3.2.2.6", [echo4(to="192.0.2.255")]),
    ("echo to 224.0.0.1", "RFC 1122 3.2.2.6", [echo4(to="224.0.0.1")]),
    ("echo from 0.0.0.0", "RFC 1122 3.2.1.3", [echo4(source="0.0.0.0")]),
    ("echo from 127.0.0.1", "RFC 1122 3.2.1.3", [echo4(source="127.0.0.1")]),
    ("echo from the host's own address", "design", [echo4(source=HOST4)]),
    ("timestamp request", "RFC 1122 3.2.2.8", [ipv4(icmp(13, data=bytes(12)))]),
    ("timestamp request of 12 octets", "RFC 792", [ipv4(icmp(13, data=bytes(4)))]),
    ("address mask request", "RFC 1122 3.2.2.9", [ipv4(icmp(17, data=bytes(4)))]),
    ("information request", "RFC 6918 2.3", [ipv4(icmp(15))]),
    ("ICMP of unknown type 200", "RFC 1122 3.2.2", [ipv4(icmp(200))]),
    ("UDP to a closed port", "RFC 1122 4.1.3.1", [ipv4(bytes.fromhex("9c40829a0010000000000000 00000000".replace(" ", "")), UDP)]),
    ("UDP of 1000 octets to a closed port", "RFC 1812 4.3.2.3", [ipv4(bytes.fromhex("9c40829a03e80000") + bytes(992), UDP)]),
    ("unknown protocol 200", "RFC 1122 3.2.2.1", [ipv4(bytes(8), 200)]),
    ("unknown protocol 200 to 224.0.0.1", "RFC 1122 3.2.2", [ipv4(bytes(8), 200, to="224.0.0.1")]),
    ("record route", "RFC 1122 3.2.2.6", [echo4(options=RECORD_ROUTE)]),
    ("record route that is full", "RFC 791 3.1", [echo4(options=bytes([7, 7, 8, 192, 0, 2, 9, 0]))]),
    ("record route, pointer 3", "RFC 1122 3.2.2.5", [echo4(options=bytes([7, 7, 3, 0, 0, 0, 0, 0]))]),
    ("timestamp option with an unknown form", "RFC 1122 3.2.2.5", [echo4(options=bytes([68, 8, 5, 2, 0, 0, 0, 0]))]),
    ("loose source route that ends here", "RFC 1122 3.2.1.8(c)", [echo4(options=bytes([131, 7, 8, 198, 51, 100, 9, 0]))]),
    ("loose source route that goes on", "RFC 1122 3.3.5", [echo4(options=bytes([131, 7, 4, 198, 51, 100, 9, 0]))]),
    ("unknown option", "RFC 1122 3.2.1.8", [echo4(options=bytes([0x1E, 4, 0, 0]))]),
    ("option of length 1", "RFC 1122 3.2.2.5", [echo4(options=bytes([7, 1, 4, 0]))]),
    ("2 fragments", "RFC 791 3.2", fragments4(MESSAGE4, (0, 32, True), (32, 64, False))),
    ("2 fragments, the first twice", "RFC 791 3.2", fragments4(MESSAGE4, (0, 32, True), (0, 32, True), (32, 64, False))),
    ("fragments that overlap and agree", "RFC 791 3.2", fragments4(MESSAGE4, (0, 32, True), (24, 64, False))),
    ("fragments with two different ends", "RFC 791 3.2", fragments4(MESSAGE4, (32, 48, False), (48, 64, True), (0, 32, True)) + [WAIT]),
    ("fragment of 20 octets that is not the last", "RFC 791 3.1", fragments4(MESSAGE4, (0, 20, True)) + [WAIT]),
    ("first fragment, no other", "RFC 1122 3.3.2", fragments4(MESSAGE4, (0, 32, True)) + [WAIT]),
    ("last fragment, no other", "RFC 792", fragments4(MESSAGE4, (32, 64, False)) + [WAIT]),
    ("fragments to a closed UDP port", "RFC 1122 3.2.2", fragments4(bytes.fromhex("9c40829a00200000") + bytes(24), (0, 16, True), (16, 32, False), protocol=UDP)),
]
