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
// 32-bit lanes widened to 64-bit sums: no carry can be lost below 2^32 blocks.
__attribute__((target("avx2"))) ChecksumSum blocks_avx2(Bytes blocks, ChecksumSum sum) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i lanes[4] = {zero, zero, zero, zero};
  for (std::size_t at = 0; at + 128 <= blocks.size(); at += 128) {
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
      const auto* from = reinterpret_cast<const __m256i*>(blocks.data() + at + quarter * 32);
      const __m256i words = _mm256_loadu_si256(from);
      lanes[quarter] = _mm256_add_epi64(lanes[quarter], _mm256_unpacklo_epi32(words, zero));
      lanes[quarter] = _mm256_add_epi64(lanes[quarter], _mm256_unpackhi_epi32(words, zero));
    }
  }
  const __m256i all = _mm256_add_epi64(_mm256_add_epi64(lanes[0], lanes[1]), _mm256_add_epi64(lanes[2], lanes[3]));
  alignas(32) std::uint64_t parts[4];
  _mm256_store_si256(reinterpret_cast<__m256i*>(parts), all);
  for (const std::uint64_t part : parts) sum = add_with_carry(sum, part);
  return sum;
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
