// Numbers of the format pcapng (draft-ietf-opsawg-pcapng).
#pragma once

#include <cstddef>
#include <cstdint>

namespace tunstack::pcapng {

// Blocks.
inline constexpr std::uint32_t section_header = 0x0a0d0d0a;
inline constexpr std::uint32_t interface_description = 1;
inline constexpr std::uint32_t obsolete_packet = 2;
inline constexpr std::uint32_t simple_packet = 3;
inline constexpr std::uint32_t interface_statistics = 5;
inline constexpr std::uint32_t enhanced_packet = 6;

inline constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;

// Options: of all blocks, and of each kind.
inline constexpr std::uint16_t option_end = 0;
inline constexpr std::uint16_t option_comment = 1;
inline constexpr std::uint16_t section_application = 4;
inline constexpr std::uint16_t interface_name = 2;
inline constexpr std::uint16_t interface_text = 3;
inline constexpr std::uint16_t interface_ipv4 = 4;
inline constexpr std::uint16_t interface_ipv6 = 5;
inline constexpr std::uint16_t interface_mac = 6;
inline constexpr std::uint16_t interface_time_resolution = 9;
inline constexpr std::uint16_t interface_time_offset = 14;
inline constexpr std::uint16_t packet_flags = 2;

inline constexpr std::uint32_t inbound = 1;  // the lowest two bits of the flags
inline constexpr std::uint32_t outbound = 2;

constexpr std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

}  // namespace tunstack::pcapng
