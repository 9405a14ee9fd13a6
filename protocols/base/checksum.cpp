#include "protocols/base/checksum.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tunstack {

namespace {

ChecksumSum blocks_portable(Bytes blocks, ChecksumSum sum) {
  for (std::size_t at = 0; at + 16 <= blocks.size(); at += 16) {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::memcpy(&low, blocks.data() + at, 8);
    std::memcpy(&high, blocks.data() + at + 8, 8);
    sum = add_with_carry(add_with_carry(sum, low), high);
  }
  return sum;
}

#if defined(__x86_64__)
// Two 16-bit words are added at a time, by a multiplication with ones: it takes its words signed, so each is moved down
// by 0x8000 first and all of that is added again at the end. The lanes hold what 2^19 octets add up to, eight times the
// largest packet.
__attribute__((target("avx2"))) ChecksumSum blocks_avx2(Bytes blocks, ChecksumSum sum) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i ones = _mm256_set1_epi16(1);
  const __m256i moved = _mm256_set1_epi16(static_cast<std::int16_t>(0x8000));
  __m256i lanes[4] = {zero, zero, zero, zero};
  for (std::size_t at = 0; at + 128 <= blocks.size(); at += 128) {
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
      const auto* from = reinterpret_cast<const __m256i*>(blocks.data() + at + quarter * 32);
      const __m256i words = _mm256_xor_si256(_mm256_loadu_si256(from), moved);
      lanes[quarter] = _mm256_add_epi32(lanes[quarter], _mm256_madd_epi16(words, ones));
    }
  }
  const __m256i all = _mm256_add_epi32(_mm256_add_epi32(lanes[0], lanes[1]), _mm256_add_epi32(lanes[2], lanes[3]));
  alignas(32) std::int32_t parts[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(parts), all);
  std::int64_t words = static_cast<std::int64_t>(blocks.size() / 2) * 0x8000;
  for (const std::int32_t part : parts) words += part;
  return add_with_carry(sum, static_cast<ChecksumSum>(words));
}
#endif

}  // namespace

ChecksumSum checksum_of_blocks(Bytes blocks, ChecksumSum sum) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return blocks_avx2(blocks, sum);
#endif
  return blocks_portable(blocks, sum);
}

}  // namespace tunstack
