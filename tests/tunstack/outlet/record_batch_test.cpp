// Records that wait: whole, bounded, counted.
#include "tunstack/outlet/record_batch.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tunstack::test::record_batch_test {
namespace {

RecordBatch three() {
  RecordBatch batch;
  EXPECT_TRUE(batch.add("head", false));
  EXPECT_TRUE(batch.add("first"));
  EXPECT_TRUE(batch.add("second"));
  return batch;
}

TEST(RecordBatch, what_heads_a_file_does_not_count) {
  const RecordBatch batch = three();
  EXPECT_EQ(batch.count(), 2U);
  EXPECT_EQ(batch.count_before(8), 0U);
  EXPECT_EQ(batch.count_before(9), 1U);
  EXPECT_EQ(batch.count_before(14), 1U);
  EXPECT_EQ(batch.count_before(15), 2U);
}

TEST(RecordBatch, knows_where_the_last_whole_record_ends) {
  const RecordBatch batch = three();
  EXPECT_EQ(batch.whole_before(3), 0U);
  EXPECT_EQ(batch.whole_before(4), 4U);
  EXPECT_EQ(batch.whole_before(14), 9U);
  EXPECT_EQ(batch.whole_before(15), 15U);
}

TEST(RecordBatch, chunks_are_of_whole_records) {
  const RecordBatch batch = three();
  EXPECT_EQ(batch.chunk(0, 10), "headfirst");
  EXPECT_EQ(batch.chunk(9, 10), "second");
  EXPECT_EQ(batch.chunk(9, 2), "second") << "one that is larger";
  EXPECT_EQ(batch.chunk(11, 10), "cond") << "the rest of one";
  EXPECT_EQ(batch.chunk(6, 5), "rst");
}

TEST(RecordBatch, takes_all_of_a_record_or_nothing) {
  RecordBatch batch;
  const std::string large(1'000'000, 'x');
  while (batch.add(large)) continue;
  const std::size_t full = batch.size();
  EXPECT_EQ(full % large.size(), 0U);
  EXPECT_GE(full, 4 * large.size());
  EXPECT_TRUE(batch.add("a small one fits"));
  batch.clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_TRUE(batch.add(large));
}

TEST(RecordBatch, small_records_are_bounded_too) {
  RecordBatch batch;
  int count = 0;
  while (batch.add("x")) ++count;
  EXPECT_EQ(batch.count(), static_cast<std::uint64_t>(count));
  EXPECT_LT(count, 100'000);
}

}  // namespace
}  // namespace tunstack::test::record_batch_test
