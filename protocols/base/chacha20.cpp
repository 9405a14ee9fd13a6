#include "protocols/base/chacha20.hpp"

#include <bit>

namespace tunstack {

namespace {

using Block = std::array<std::uint32_t, 16>;

constexpr void mix(std::uint32_t& sum, std::uint32_t added, std::uint32_t& other, int rotation) {
  sum += added;
  other = std::rotl(other ^ sum, rotation);
}

constexpr void quarter_round(Block& x, std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
  mix(x[a], x[b], x[d], 16);
  mix(x[c], x[d], x[b], 12);
  mix(x[a], x[b], x[d], 8);
  mix(x[c], x[d], x[b], 7);
}

constexpr void double_round(Block& x) {
  for (std::size_t i = 0; i < 4; ++i) quarter_round(x, i, i + 4, i + 8, i + 12);  // columns
  for (std::size_t i = 0; i < 4; ++i) quarter_round(x, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12);
}

}  // namespace

Block chacha20_block(const ChaCha20Key& key, std::uint64_t counter, std::uint64_t nonce) {
  const Block start = {0x61707865,
                       0x3320646e,
                       0x79622d32,
                       0x6b206574,
                       key[0],
                       key[1],
                       key[2],
                       key[3],
                       key[4],
                       key[5],
                       key[6],
                       key[7],
                       static_cast<std::uint32_t>(counter),
                       static_cast<std::uint32_t>(counter >> 32),
                       static_cast<std::uint32_t>(nonce),
                       static_cast<std::uint32_t>(nonce >> 32)};
  Block block = start;
  for (int i = 0; i < 10; ++i) double_round(block);
  for (std::size_t i = 0; i < block.size(); ++i) block[i] += start[i];
  return block;
}

}  // namespace tunstack
