"""What both are asked as routers: (title, which RFC decides, packets and waits in seconds). All comes by the first door;
behind the second one, whose MTU is 1400, is FAR, and there are no other routes."""
from packets import *

FAR4, FAR6 = "198.51.100.1", "2001:db8:1::1"
NOWHERE4, NOWHERE6 = "203.0.113.9", "2001:db8:9::9"
ROUTER4, ROUTER_FAR4, ROUTER6 = HOST4, "198.51.100.2", HOST6


def to4(to=FAR4, **header):
    return echo4(to=to, **header)


def nowhere4(host, make=to4, **header):
    """To where no route leads, from a host of its own: Linux tells each source so a limited number of times."""
    return make(to=NOWHERE4, source=f"192.0.2.{host}", **header)


def fragment4(first, past, more, to=FAR4, **header):
    """A piece of an echo request of 1480 octets."""
    message = icmp(8, data=bytes(range(256)) * 5 + bytes(192))
    return ipv4(message[first:past], to=to, identification=next(identifications), field=first // 8 | (0x2000 if more else 0), **header)


def quoting4(kind, code=0, to=FAR4, **header):
    """An ICMP message about a datagram that the destination sent."""
    return ipv4(icmp(kind, code, 0, ipv4(bytes(8), UDP, source=to, to=PEER4)), to=to, **header)


def record_route(pointer, *slots):
    return bytes([7, 3 + 4 * len(slots), pointer]) + b"".join(map(address, slots)) + b"\0"


def timestamps(pointer, form, *slots):
    return bytes([68, 4 + 4 * len(slots), pointer, form]) + b"".join(map(address, slots))


def source_route(kind, pointer, *slots):
    no_operation = b"\1"
    return no_operation + bytes([kind, 3 + 4 * len(slots), pointer]) + b"".join(map(address, slots))


def port_unreachable(**header):
    return ipv4(icmp(3, 3, 0, ipv4(bytes(8), UDP, source=header["to"], to=header["source"])), **header)


def fragment_in_the_middle(**header):
    return fragment4(64, 128, True, **header)


LOOSE, STRICT, NONE_YET = 131, 137, "0.0.0.0"


def martian4(name, source):
    return (f"from {name}", "RFC 1812 5.3.7", [to4(source=source)])


IPV4 = [
    # time to live
    ("TTL 64", "RFC 1812 5.3.1", [to4()]),
    ("TTL 2", "RFC 1812 5.3.1", [to4(ttl=2)]),
    ("TTL 1", "RFC 1812 5.3.1", [to4(ttl=1)]),
    ("TTL 0", "RFC 1812 5.3.1", [to4(ttl=0)]),
    ("TTL 1, for the router itself", "RFC 1812 5.3.1", [to4(ROUTER4, ttl=1)]),
    ("TTL 1, for the router's address on the far link", "RFC 1812 5.3.1", [to4(ROUTER_FAR4, ttl=1)]),
    ("TTL 1 and DF, too big", "RFC 1812 5.3.1", [to4(data=bytes(1472), ttl=1, field=0x4000)]),
    # where it leads
    ("no route", "RFC 1812 5.2.7.1", [nowhere4(101)]),
    ("no route, TTL 1", "RFC 1812 5.2.7.1", [nowhere4(102, ttl=1)]),
    ("no route, UDP of 1000 octets", "RFC 1812 4.3.2.3", [ipv4(bytes.fromhex("9c40829a03e80000") + bytes(992), UDP, source="192.0.2.103", to=NOWHERE4)]),
    ("for another address of the link it came from", "RFC 1812 5.2.7.2", [to4("192.0.2.77")]),
    ("for its own sender", "RFC 1812 5.2.7.2", [to4(PEER4)]),
    # size
    ("too big, DF", "RFC 1191 4", [to4(data=bytes(1472), field=0x4000)]),
    ("too big", "RFC 1812 5.2.6", [to4(data=bytes(1472))]),
    ("too big, with a record of its route", "RFC 791 3.1", [to4(data=bytes(1440), options=record_route(4, NONE_YET, NONE_YET))]),
    ("too big, with an unknown option that is copied", "RFC 791 3.1", [to4(data=bytes(1440), options=bytes([0x9E, 4, 1, 2]))]),
    ("1400 octets, DF", "RFC 1812 5.2.6", [to4(data=bytes(1372), field=0x4000)]),
    ("fragment in the middle", "RFC 1812 5.2.6", [fragment4(64, 128, True)]),
    ("fragment that is too big, more to come", "RFC 791 3.2", [fragment4(0, 1480, True)]),
    ("fragment that is too big, the last one", "RFC 791 3.2", [fragment4(8, 1480, False)]),
    ("first fragment, TTL 1", "RFC 1812 5.3.1", [fragment4(0, 64, True, ttl=1)]),
    ("second fragment, TTL 1", "RFC 1812 4.3.2.7", [fragment4(64, 128, True, ttl=1)]),
    ("second fragment, no route", "RFC 1812 4.3.2.7", [nowhere4(104, fragment_in_the_middle)]),
    ("TOS 0xb8", "RFC 1812 5.3.3.3", [to4(tos=0xB8)]),
    ("ECN capable", "RFC 3168 5", [to4(tos=0x02)]),
    ("DF", "RFC 6864 4.1", [to4(field=0x4000)]),
    ("reserved bit of the flags", "RFC 791 3.1", [to4(field=0x8000)]),
    ("protocol 200", "RFC 1812 5.2.1.2", [ipv4(bytes(8), 200, to=FAR4)]),
    # options
    ("record route", "RFC 1812 4.2.2.2", [to4(options=record_route(4, NONE_YET, NONE_YET))]),
    ("record route that is full", "RFC 791 3.1", [to4(options=record_route(8, PEER4))]),
    ("record route, pointer 3", "RFC 1812 5.3.13.5", [to4(options=record_route(3, NONE_YET))]),
    ("record route, room for half an address", "RFC 791 3.1", [to4(options=bytes([7, 6, 4, 0, 0, 0, 0, 0]))]),
    ("timestamps alone", "RFC 1812 5.3.13.6", [to4(options=timestamps(5, 0, NONE_YET, NONE_YET))]),
    ("timestamps with addresses", "RFC 1812 4.2.2.2", [to4(options=timestamps(5, 1, NONE_YET, NONE_YET))]),
    ("timestamp for the router's address here", "RFC 1812 5.3.13.6", [to4(options=timestamps(5, 3, ROUTER4, NONE_YET))]),
    ("timestamp for the router's address there", "RFC 1812 5.3.13.6", [to4(options=timestamps(5, 3, ROUTER_FAR4, NONE_YET))]),
    ("timestamp for somebody else", "RFC 1812 5.3.13.6", [to4(options=timestamps(5, 3, FAR4, NONE_YET))]),
    ("timestamps that are full", "RFC 791 3.1", [to4(options=timestamps(9, 0x20, "1.2.3.4"))]),
    ("timestamps that are full, 15 others had no room", "RFC 791 3.1", [to4(options=timestamps(9, 0xF0, "1.2.3.4"))]),
    ("loose source route by way of the router", "RFC 1812 5.3.13.4", [to4(ROUTER4, options=source_route(LOOSE, 4, FAR4))]),
    ("loose source route in passing", "RFC 1812 5.3.13.4", [to4(options=source_route(LOOSE, 4, "198.51.100.9"))]),
    ("loose source route to nowhere", "RFC 1812 5.2.7.1", [to4(ROUTER4, options=source_route(LOOSE, 4, NOWHERE4))]),
    ("strict source route by way of the router", "RFC 791 3.1", [to4(ROUTER4, options=source_route(STRICT, 4, FAR4))]),
    ("strict source route that does not name the router", "RFC 1812 5.2.2", [to4(options=source_route(STRICT, 4, "198.51.100.9"))]),
    ("two source routes", "RFC 1812 5.2.4.1", [to4(ROUTER4, options=source_route(LOOSE, 4, FAR4) + source_route(LOOSE, 4, FAR4))]),
    ("router alert", "RFC 2113 2.1", [to4(options=bytes([148, 4, 0, 0]))]),
    ("stream identifier", "RFC 6814 2", [to4(options=bytes([136, 4, 0, 1]))]),
    ("unknown option", "RFC 1812 4.2.2.1", [to4(options=bytes([0x1E, 4, 1, 2]))]),
    ("option of length 1", "RFC 1812 4.2.2.1", [to4(options=bytes([0x1E, 1, 0, 0]))]),
    ("option longer than the header", "RFC 1812 4.2.2.1", [to4(options=bytes([0x1E, 9, 0, 0]))]),
    # sources that nobody has
    martian4("0.0.0.0", "0.0.0.0"), martian4("0.1.2.3", "0.1.2.3"), martian4("127.0.0.1", "127.0.0.1"),
    martian4("224.0.0.9", "224.0.0.9"), martian4("240.1.2.3", "240.1.2.3"), martian4("255.255.255.255", "255.255.255.255"),
    ("from the broadcast address of its link", "RFC 1812 5.3.7", [to4(source="192.0.2.255")]),
    ("from the router's own address", "RFC 1812 5.3.7", [to4(source=ROUTER4)]),
    ("from 169.254.1.1", "RFC 3927 7", [to4(source="169.254.1.1")]),
    ("from an address of the far link", "RFC 1812 5.3.8", [to4(source="198.51.100.77")]),
    ("from an address to which no route leads", "RFC 1812 5.3.8", [to4(source="203.0.113.7")]),
    # destinations that nobody has
    ("to 0.1.2.3", "RFC 1812 5.3.7", [to4("0.1.2.3")]),
    ("to 127.0.0.9", "RFC 1812 5.3.7", [to4("127.0.0.9")]),
    ("to 240.1.2.3", "RFC 1812 5.3.7", [to4("240.1.2.3")]),
    ("to 255.255.255.255", "RFC 1812 5.3.5.1", [ipv4(bytes(8), 200, to="255.255.255.255")]),
    ("to 169.254.1.1", "RFC 3927 7", [to4("169.254.1.1")]),
    ("to the broadcast address of the far link", "RFC 2644 2", [to4("198.51.100.255")]),
    ("to the network address of the far link", "RFC 1812 4.2.3.1", [to4("198.51.100.0")]),
    ("to 224.0.0.9", "RFC 5771 4", [to4("224.0.0.9")]),
    ("to 239.1.2.3", "RFC 1812 5.3.10", [to4("239.1.2.3")]),
    ("to 239.1.2.3, TTL 1", "RFC 1812 4.3.2.7", [to4("239.1.2.3", ttl=1)]),
    # errors about errors
    ("port unreachable, TTL 1", "RFC 1812 4.3.2.7", [quoting4(3, 3, ttl=1)]),
    ("port unreachable, no route", "RFC 1812 4.3.2.7", [nowhere4(105, port_unreachable)]),
    ("redirect, TTL 1", "RFC 1812 4.3.2.7", [quoting4(5, 1, ttl=1)]),
    ("echo reply, TTL 1", "RFC 1812 4.3.2.7", [ipv4(icmp(0), to=FAR4, ttl=1)]),
    ("ICMP of unknown type 200, TTL 1", "RFC 1812 4.3.2.7", [ipv4(icmp(200), to=FAR4, ttl=1)]),
    ("from a group, no route", "RFC 1812 4.3.2.7", [to4(NOWHERE4, source="239.1.2.3")]),
    # what is no datagram
    ("header checksum wrong", "RFC 1812 5.2.2", [to4()[:10] + b"\1\2" + to4()[12:]]),
    ("total length longer than the packet", "RFC 1812 5.2.2", [to4()[:-8]]),
]

def to6(*headers, to=FAR6, **fields):
    return echo6(*headers, to=to, **fields)


def fragment6(first, past, more, to=FAR6, **fields):
    message = icmp6(128, data=bytes(1472), to=to)
    return chain(ICMP6, message[first:past], (FRAGMENT, fragment(first, more, next(identifications))), to=to, **fields)


def quoting6(kind, code=0, to=FAR6, **fields):
    quote = ipv6(udp6(source=to, to=PEER6), UDP, source=to, to=PEER6)
    return ipv6(icmp6(kind, code, 0, quote, to=to), to=to, **fields)


def option(kind, size=4):
    return bytes([kind, size]) + bytes(size)


def with_options(kind, octets, **fields):
    return to6((kind, options(octets)), **fields)


IPV6 = [
    # hop limit
    ("hop limit 64", "RFC 8200 3", [to6()]),
    ("hop limit 2", "RFC 8200 3", [to6(hops=2)]),
    ("hop limit 1", "RFC 4443 3.3", [to6(hops=1)]),
    ("hop limit 0", "RFC 4443 3.3", [to6(hops=0)]),
    ("hop limit 1, for the router itself", "RFC 8200 3", [to6(to=ROUTER6, hops=1)]),
    ("hop limit 1, for the router's address on the far link", "RFC 8200 3", [to6(to="2001:db8:1::2", hops=1)]),
    ("hop limit 1, too big", "RFC 4443 3.3", [to6(data=bytes(1452), hops=1)]),
    # where it leads
    ("no route", "RFC 4443 3.1", [to6(to=NOWHERE6)]),
    ("no route, hop limit 1", "RFC 4443 3.1", [to6(to=NOWHERE6, hops=1)]),
    ("no route, 1400 octets", "RFC 4443 2.4(c)", [to6(to=NOWHERE6, data=bytes(1352))]),
    ("no route, fd00::9", "RFC 4193 4.3", [to6(to="fd00::9")]),
    ("no route, fec0::9", "RFC 4291 2.5.7", [to6(to="fec0::9")]),
    ("for another address of the link it came from", "RFC 4443 3.1", [to6(to="2001:db8::77")]),
    ("for its own sender", "RFC 4443 3.1", [to6(to=PEER6)]),
    ("for the subnet-router anycast address of the far link", "RFC 4291 2.6.1", [to6(to="2001:db8:1::")]),
    # size
    ("too big", "RFC 4443 3.2", [to6(data=bytes(1452))]),
    ("1400 octets", "RFC 4443 3.2", [to6(data=bytes(1352))]),
    ("too big, to a group", "RFC 4443 2.4(e.3)", [ipv6(bytes(1452), 200, to="ff0e::9")]),
    ("fragment in the middle", "RFC 8200 4.5", [fragment6(64, 128, True)]),
    ("fragment that is too big", "RFC 4443 3.2", [fragment6(0, 1440, True)]),
    ("second fragment that is too big", "RFC 4443 3.2", [fragment6(8, 1440, True)]),
    ("second fragment, hop limit 1", "RFC 4443 3.3", [fragment6(64, 128, True, hops=1)]),
    ("flow label", "RFC 6437 3", [to6(flow=0x12345)]),
    ("traffic class 0xb8", "RFC 2474 3", [to6(flow=0xB800000)]),
    ("no next header", "RFC 8200 4.7", [ipv6(bytes(20), NONE, to=FAR6)]),
    ("unknown next header 200", "RFC 7045 2.1", [ipv6(bytes(8), 200, to=FAR6)]),
    # extension headers
    ("hop-by-hop options: padding", "RFC 8200 4.3", [with_options(HOP_BY_HOP, b"")]),
    ("hop-by-hop options: router alert", "RFC 6398 4", [with_options(HOP_BY_HOP, bytes([5, 2, 0, 0]))]),
    ("hop-by-hop options: unknown, action skip", "RFC 8200 4.2", [with_options(HOP_BY_HOP, option(0x1E))]),
    ("hop-by-hop options: unknown, action discard", "RFC 9673 5.2", [with_options(HOP_BY_HOP, option(0x5E))]),
    ("hop-by-hop options: unknown, action report", "RFC 9673 5.2", [with_options(HOP_BY_HOP, option(0x9E))]),
    ("hop-by-hop options: unknown, report unless multicast", "RFC 9673 5.2", [with_options(HOP_BY_HOP, option(0xDE))]),
    ("hop-by-hop options: length past the header", "RFC 9673 5.2", [to6((HOP_BY_HOP, bytes([0x1E, 200, 0, 0, 0, 0])))]),
    ("hop-by-hop options: jumbo payload in a small packet", "RFC 9673 5.2", [to6((HOP_BY_HOP, bytes([0xC2, 4, 0, 0, 0, 99])))]),
    ("hop-by-hop options cut short", "RFC 9673 5.2", [ipv6(bytes([ICMP6, 31]) + bytes(18), HOP_BY_HOP, to=FAR6)]),
    ("hop-by-hop options, hop limit 1", "RFC 4443 3.3", [with_options(HOP_BY_HOP, b"", hops=1)]),
    ("hop-by-hop options behind destination options", "RFC 8200 4", [to6((DESTINATION, options()), (HOP_BY_HOP, options()))]),
    ("destination options: unknown, action report", "RFC 8200 4", [with_options(DESTINATION, option(0x9E))]),
    ("routing header type 0 in passing", "RFC 5095 3", [to6((ROUTING, bytes([0, 1]) + bytes(20)))]),
    ("routing header type 0 for the router", "RFC 5095 3", [to6((ROUTING, bytes([0, 1]) + bytes(20)), to=ROUTER6)]),
    ("routing header type 4 in passing", "RFC 8754 4.3", [to6((ROUTING, bytes([4, 1, 0, 0, 0, 0]) + bytes(16)))]),
    ("20 extension headers in passing", "RFC 8200 4", [to6(*[(DESTINATION, options())] * 20)]),
    # scopes
    ("from fe80::9", "RFC 4443 3.1", [to6(source="fe80::9")]),
    ("from fe80::9, no route", "RFC 4443 3.1", [to6(source="fe80::9", to=NOWHERE6)]),
    ("from fe80::9, hop limit 1", "RFC 4443 3.1", [to6(source="fe80::9", hops=1)]),
    ("from ::", "RFC 4291 2.5.2", [to6(source="::")]),
    ("from ::1", "RFC 4291 2.5.3", [to6(source="::1")]),
    ("from ff0e::9", "RFC 4291 2.7", [to6(source="ff0e::9")]),
    ("from ::ffff:192.0.2.1", "RFC 4942 2.2", [to6(source="::ffff:192.0.2.1")]),
    ("from the router's own address", "design", [to6(source=ROUTER6)]),
    ("from an address of the far link", "RFC 3704 2", [to6(source="2001:db8:1::77")]),
    ("from an address to which no route leads", "RFC 3704 2", [to6(source="2001:db8:9::7")]),
    ("to fe80::9", "RFC 4291 2.5.6", [to6(to="fe80::9")]),
    ("to ::", "RFC 4291 2.5.2", [to6(to="::")]),
    ("to ::1", "RFC 4291 2.5.3", [to6(to="::1")]),
    ("to ::ffff:198.51.100.1", "RFC 4291 2.5.5.2", [to6(to="::ffff:198.51.100.1")]),
    ("to ff02::9", "RFC 4291 2.7", [ipv6(bytes(8), 200, to="ff02::9")]),
    ("to ff05::9", "RFC 4291 2.7", [ipv6(bytes(8), 200, to="ff05::9")]),
    ("to ff0e::9", "RFC 4291 2.7", [ipv6(bytes(8), 200, to="ff0e::9")]),
    ("to ff0e::9, hop limit 1", "RFC 4443 2.4(e.3)", [ipv6(bytes(8), 200, to="ff0e::9", hops=1)]),
    # errors about errors
    ("port unreachable, hop limit 1", "RFC 4443 2.4(e.1)", [quoting6(1, 4, hops=1)]),
    ("port unreachable, no route", "RFC 4443 2.4(e.1)", [quoting6(1, 4, to=NOWHERE6)]),
    ("packet too big that is too big", "RFC 4443 2.4(e.1)", [ipv6(icmp6(2, 0, 1280, bytes(1440), to=FAR6), to=FAR6)]),
    ("error of unknown type 100, hop limit 1", "RFC 4443 2.4(e.1)", [quoting6(100, hops=1)]),
    ("redirect, no route", "RFC 4443 2.4(e.2)", [ipv6(icmp6(137, 0, 0, bytes(32), to=NOWHERE6), to=NOWHERE6)]),
    ("echo reply, hop limit 1", "RFC 4443 3.3", [ipv6(icmp6(129, to=FAR6), to=FAR6, hops=1)]),
    ("ICMPv6 of unknown type 200, hop limit 1", "RFC 4443 3.3", [ipv6(icmp6(200, to=FAR6), to=FAR6, hops=1)]),
    # what is no packet
    ("payload length longer than the packet", "RFC 8200 3", [to6()[:-8]]),
    ("payload length 0, next header ICMPv6", "RFC 8200 3", [ipv6(bytes(16), length=0, to=FAR6)]),
]

# With settings that both have: a strict check of the reverse path, source routes, directed broadcasts, options that are
# looked at on the way.
SETTINGS_KERNEL = {"ipv4/conf/all/rp_filter": 1, "ipv4/conf/all/accept_source_route": 1,
                   "ipv4/conf/default/accept_source_route": 1, "ipv4/conf/all/bc_forwarding": 1,
                   "ipv4/conf/default/bc_forwarding": 1}
SETTINGS_STACK = ["ip4.forward.rpf=strict", "ip4.forward.directed_broadcast=on", "ip6.forward.hbh=process"]

WITH_SETTINGS = [
    ("from its link", "RFC 1812 5.3.8", [to4()]),
    ("from an address of the far link", "RFC 1812 5.3.8", [to4(source="198.51.100.77")]),
    ("from an address to which no route leads", "RFC 1812 5.3.8", [to4(source="203.0.113.7")]),
    ("from the far link, TTL 1", "RFC 1812 5.3.8", [to4(source="198.51.100.77", ttl=1)]),
    ("from the far link, for the router", "RFC 1812 5.3.8", [to4(ROUTER4, source="198.51.100.77")]),
    ("to the broadcast address of the far link", "RFC 1812 5.3.5.2", [to4("198.51.100.255")]),
    ("to the broadcast address of the far link, TTL 1", "RFC 1812 4.3.2.7", [to4("198.51.100.255", ttl=1)]),
    ("to the broadcast address of the far link, too big", "RFC 1812 5.2.6", [to4("198.51.100.255", data=bytes(1472))]),
]
WITH_SETTINGS += [case for case in IPV4 if "source route" in case[0]] + [case for case in IPV6 if "hop-by-hop" in case[0]]
