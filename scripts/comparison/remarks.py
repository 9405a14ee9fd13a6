"""Why answers differ, by (family, what was asked). A difference without a remark here wants to be looked into."""

SILENT = "Linux drops the packet without a word"

REMARKS = {
    ("IPv6", "destination options: length past the header"): SILENT,
    ("IPv6", "destination options: 7 Pad1 and a PadN of 3"): "Linux takes 7 octets of padding in a row; here with `ip6.ext.max_padding=7`",
    ("IPv6", "destination options: 9 octets of padding"): "Linux takes 7 octets of padding in a row; here with `ip6.ext.max_padding=7`",
    ("IPv6", "destination options: 9 options"): SILENT + "; the limit is the same",
    ("IPv6", "hop-by-hop options: jumbo payload in a small packet"): "Linux knows the option; here with `ip6.jumbo=on`",
    ("IPv6", "destination options cut short"): SILENT,
    ("IPv6", "routing header type 4, one segment left"): SILENT + ": segment routing is known and off",
    ("IPv6", "9 extension headers"): "Linux has no limit; here `ip6.ext.max_headers`",
    ("IPv6", "fragments that overlap, then the rest"): "Linux forgets what it had and takes the rest; RFC 5722 4 wants that dropped too",
    ("IPv6", "fragments with two different ends"): "Linux drops the odd fragment alone; RFC 5722 4 wants the datagram given up",
    ("IPv4", "fragments that overlap and agree"): "Linux drops what overlaps, whatever is in it; here the octets are compared (RFC 791 3.2)",
    ("IPv4", "timestamp request of 12 octets"): "Linux makes up what is missing",
    ("IPv4", "address mask request"): "Linux has no such service; here with `icmp4.mask_agent=off`",
    ("IPv4", "timestamp option with an unknown form"): "Linux lets it pass",
    ("IPv4", "loose source route that ends here"): "Linux takes none by default; here with `ip4.source_route=drop`",
    ("IPv4", "loose source route that goes on"): SILENT + ", as hosts may",
    ("IPv4", "option of length 1"): "Linux points at the option, RFC 792 at the octet in which the error was detected",
    ("IPv4", "fragments with two different ends"): "Linux drops the odd fragment alone",
    ("IPv4", "fragment of 20 octets that is not the last"): "Linux keeps the first 16 of them",
}
