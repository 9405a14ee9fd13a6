// What is left of a file whose writer is gone.
#include "tunstack/sandbox/caretaker.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tunstack/outlet/output_file.hpp"

namespace tunstack::test::caretaker_test {
namespace {

class KeptWhole : public testing::Test {
 protected:
  KeptWhole() : path_(std::filesystem::temp_directory_path() / ("tunstack-kept." + std::to_string(::getpid()))) {}
  ~KeptWhole() override { std::filesystem::remove(path_); }

  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }
  /// What a caretaker without a sandbox leaves, which sanitizers cannot enter.
  std::string content_after_care(int file) const {
    {
      Caretaker caretaker({.stack = {}, .sandboxed = false});
      caretaker.keep_whole(file);
    }
    return content();
  }

  std::filesystem::path path_;
};

TEST_F(KeptWhole, DUMP_006_what_was_begun_of_a_record_is_cut_off) {
  OutputFile file = OutputFile::create(path_);
  file.write("whole records, ");
  file.mark_whole();
  file.write("and a part");
  ASSERT_EQ(content(), "whole records, and a part");
  EXPECT_EQ(content_after_care(file.whole_fd()), "whole records, ");
}

TEST_F(KeptWhole, whole_records_stay) {
  OutputFile file = OutputFile::create(path_);
  for (const char* record : {"one, ", "two, "}) {
    file.write(record);
    file.mark_whole();
  }
  EXPECT_EQ(content_after_care(file.whole_fd()), "one, two, ");
}

TEST_F(KeptWhole, what_is_no_file_of_its_own_is_left_alone) {
  EXPECT_EQ(OutputFile::create("/dev/null").whole_fd(), -1);
  EXPECT_EQ(OutputFile::shared(STDOUT_FILENO, "stdout").whole_fd(), -1);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const FileDescriptor reader(ends[0]), writer(ends[1]);
  EXPECT_EQ(content_after_care(writer.get()), "") << "a pipe has no position, and ends no caretaker";
}

}  // namespace
}  // namespace tunstack::test::caretaker_test
