// The fields of a TCP header that only a complete line says.
#pragma once

#include "tunstack/explain/octet_form.hpp"

namespace tunstack {

inline constexpr std::size_t udp_form_size = 8;

inline constexpr Field tcp_fields[] = {
    {.word = "seq", .octet = 4, .bits = 32},
    {.word = "ack", .octet = 8, .bits = 32},
    {.word = "reserved", .octet = 12, .bit = 4, .bits = 4},
    {.word = "win", .octet = 14, .bits = 16, .usual = 65535},
    {.word = "urg", .octet = 18, .bits = 16},
};

}  // namespace tunstack
