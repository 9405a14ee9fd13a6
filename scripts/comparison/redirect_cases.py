"""What both are asked as a router on one Ethernet: station 3 is another router, to which their default route leads. All who are
there have said so before: what a router does not know it asks for."""
from packets import *

ROUTER_MAC, ALL = bytes.fromhex("02005e100002"), b"\xff" * 6
GROUP4, GROUP6 = bytes.fromhex("01005e000009"), bytes.fromhex("333300000009")
REQUEST_AND_ETHERNET = bytes.fromhex("0001080006040001")
stations = iter(range(10, 250))


def mac(station):
    return bytes.fromhex("02005e1000") + bytes([station])


def frame(station, packet, to):
    return to + mac(station) + (b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd") + packet


def presence4(station):
    """It asks for the router."""
    return (ALL + mac(station) + b"\x08\x06" + REQUEST_AND_ETHERNET + mac(station) + address(f"192.0.2.{station}") + bytes(6)
            + address(HOST4))


def presence6(station, prefix):
    source = f"{prefix}{station:x}"
    message = icmp6(135, 0, 0, address("fe80::2") + bytes([1, 1]) + mac(station), source=source, to="ff02::1:ff00:2")
    return bytes.fromhex("3333ff000002") + mac(station) + b"\x86\xdd" + ipv6(message, source=source, to="ff02::1:ff00:2", hops=255)


def case4(title, source, packets, station=None, to=ROUTER_MAC):
    """`packets` makes them for the addresses of a station and of a destination that none had before: Linux redirects a
    limited number of times from each and to each."""
    number = next(stations)
    station = station or number
    frames = [frame(station, packet, to) for packet in packets(f"192.0.2.{station}", f"203.0.113.{number}")]
    return ("IPv4: " + title, source, [presence4(3), presence4(77), presence4(station), *frames])


def case6(title, source, packets, prefix="2001:db8::", to=ROUTER_MAC):
    station = next(stations)
    frames = [frame(station, packet, to) for packet in packets(f"{prefix}{station:x}", f"2001:db8:9::{station:x}")]
    return ("IPv6: " + title, source, [presence6(3, "fe80::"), presence6(0x77, "2001:db8::"), presence6(station, prefix), *frames])


CASES = [
    case4("by way of the other router", "RFC 1812 5.2.7.2", lambda me, beyond: [echo4(source=me, to=beyond)]),
    case4("twice", "RFC 1812 4.3.2.8", lambda me, beyond: [echo4(source=me, to=beyond)] * 2),
    case4("for another host of the link", "RFC 1812 5.2.7.2", lambda me, beyond: [echo4(source=me, to="192.0.2.77")]),
    case4("from the other router", "RFC 1812 5.2.7.2", lambda me, beyond: [echo4(source=me, to=beyond)], station=3),
    case4("from a source that is not on the link", "RFC 1812 5.2.7.2", lambda me, beyond: [echo4(source="198.51.100.7", to=beyond)]),
    case4("TTL 1", "RFC 1812 5.3.1", lambda me, beyond: [echo4(source=me, to=beyond, ttl=1)]),
    case4("port unreachable", "RFC 1812 4.3.2.7", lambda me, beyond: [ipv4(icmp(3, 3, 0, ipv4(bytes(8), UDP, source=beyond, to=me)), source=me, to=beyond)]),
    case4("second fragment", "RFC 1812 4.3.2.7", lambda me, beyond: [ipv4(bytes(64), source=me, to=beyond, field=0x2008)]),
    case4("in a broadcast frame", "RFC 1812 5.3.4", lambda me, beyond: [echo4(source=me, to=beyond)], to=ALL),
    case4("in a multicast frame", "RFC 1812 5.3.4", lambda me, beyond: [echo4(source=me, to=beyond)], to=GROUP4),
    case6("by way of the other router", "RFC 4861 8.2", lambda me, beyond: [echo6(source=me, to=beyond)]),
    case6("twice", "RFC 4861 8.2", lambda me, beyond: [echo6(source=me, to=beyond)] * 2),
    case6("for another host of the link", "RFC 4861 8.2", lambda me, beyond: [echo6(source=me, to="2001:db8::77")]),
    case6("from a source that is not on the link", "RFC 4861 8.2", lambda me, beyond: [echo6(source="2001:db8:1::7", to=beyond)]),
    case6("from a link-local source", "RFC 4007 9", lambda me, beyond: [echo6(source=me, to=beyond)], prefix="fe80::"),
    case6("from a link-local source, for another host of the link", "RFC 4007 9", lambda me, beyond: [echo6(source=me, to="2001:db8::77")], prefix="fe80::"),
    case6("hop limit 1", "RFC 4443 3.3", lambda me, beyond: [echo6(source=me, to=beyond, hops=1)]),
    case6("port unreachable", "RFC 4861 8.2", lambda me, beyond: [ipv6(icmp6(1, 4, 0, ipv6(udp6(source=beyond, to=me), UDP, source=beyond, to=me), source=me, to=beyond), source=me, to=beyond)]),
    case6("in a multicast frame", "RFC 1812 5.3.4", lambda me, beyond: [echo6(source=me, to=beyond)], to=GROUP6),
    case6("1500 octets", "RFC 4861 8.2", lambda me, beyond: [echo6(source=me, to=beyond, data=bytes(1452))]),
]
