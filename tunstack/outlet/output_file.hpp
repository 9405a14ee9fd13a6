// A file, pipe or terminal that records are written to, one try at a time.
#pragma once

#include <string>
#include <string_view>

#include "tunstack/device/file_descriptor.hpp"

namespace tunstack {

class OutputFile {
 public:
  /// What became of one try.
  struct Written {
    std::size_t octets = 0;
    int error = 0;  // an errno if nothing was written
  };

  /// Made or emptied; "-" is the standard output. Does not wait for the reader of a FIFO. Throws UsageFault.
  static OutputFile create(const std::string& path);
  /// A file that is open already, and stays so: the standard output.
  static OutputFile shared(int fd, std::string name);

  const std::string& name() const { return name_; }
  bool is_regular() const { return is_regular_; }
  /// How much to write at a time. What is no larger than that reaches a pipe whole or not at all (pipe(7), PIPE_BUF).
  std::size_t chunk_size() const { return is_regular_ ? 65536 : 4096; }

  /// Waits as long as the file makes it wait. ENXIO for a FIFO that nobody has opened yet to read.
  Written write(std::string_view octets);
  /// What is written so far ends with a whole record.
  void mark_whole();
  /// The same file opened once more, whose position is where its whole records end: for who looks after it when the
  /// writer is killed, which may cut a write anywhere. -1 if it is no file of its own.
  int whole_fd() const { return whole_.get(); }
  /// Cuts the last `octets` off again; false where that cannot be, as in a pipe.
  bool take_back(std::size_t octets);

 private:
  OutputFile(FileDescriptor file, std::string name);
  bool has_reader();

  FileDescriptor owned_;  // nothing if shared
  FileDescriptor whole_;
  int fd_ = -1;
  std::string name_;
  bool is_regular_ = false;
  bool waits_for_reader_ = false;  // a FIFO that was opened before anybody read it
};

}  // namespace tunstack
