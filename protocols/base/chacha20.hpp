// The block function of ChaCha20 (RFC 8439 2.3): 64 octets of a stream of which nobody tells any part, whatever else of
// it was seen, who does not have the key.
#pragma once

#include <array>
#include <cstdint>

namespace tunstack {

/// 256 bits, as eight words of which the published form is the least octet first.
using ChaCha20Key = std::array<std::uint32_t, 8>;

/// The block of a position of a stream. (RFC 8439 splits counter and nonce 32 to 96 bits; here they have 64 bits each,
/// as first published, so that no stream comes to its end.)
std::array<std::uint32_t, 16> chacha20_block(const ChaCha20Key& key, std::uint64_t counter, std::uint64_t nonce);

}  // namespace tunstack
