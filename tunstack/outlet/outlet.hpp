// The way out of the process for lines and captures. Who has something to say puts it and goes on; a thread of its own
// writes it at once and waits where there is waiting to be done: for a reader, a slow or a full disk, for ever if need
// be. What has no room meanwhile is left out, whole, and counted.
//
// The thread does nothing but write: it allocates nothing and holds no lock of a library, so that this process can
// still fork, and no signal is for it, so that one that a write raises (SIGPIPE, SIGXFSZ) is but an errno.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "tunstack/outlet/output_file.hpp"

namespace tunstack {

/// What becomes of a record that has no room: a stack that runs does not wait for its readers, a replay does.
enum class WhenFull : std::uint8_t { leave_out, wait };

enum class Flow : std::uint8_t {
  writing,
  failing,  // for now: no room on the disk, or no reader yet
  ended,    // for good: the reader has gone
};

struct OutletReport {
  std::string name;
  std::string unit;  // what it counts: lines, packets
  std::uint64_t written = 0;
  std::uint64_t left_out = 0;
  Flow flow = Flow::writing;
  int error = 0;  // the errno of the last failure, or 0
};

class Outlet {
 public:
  /// Begins at once if it is to wait, otherwise with start(). Throws SystemError.
  Outlet(OutputFile file, std::string unit, WhenFull when_full);
  /// Closes it.
  ~Outlet();
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  /// Begins to write; what was put before has waited. The thread has the rights that this one has now. Throws
  /// SystemError.
  void start();
  /// Takes a record, or with `counts` false what is none for its readers; false if it is left out.
  bool put(std::string_view record, bool counts = true);
  /// Waits until all is written, or cannot be, or nothing was for a while; if it is to wait, then for ever. Whether all
  /// is written.
  bool flush();
  /// Likewise, and counts as left out what is still not written.
  void close();

  OutletReport report() const;
  /// Readable when take_news() may have something to say.
  int news_fd() const;
  /// Of its file (OutputFile::whole_fd).
  int whole_fd() const;
  /// A line on what has changed, if something has.
  std::optional<std::string> take_news();

 private:
  class Writer;

  std::shared_ptr<Writer> writer_;  // outlives this where it is stuck in a write at the end
  std::thread thread_;
  Flow told_flow_ = Flow::writing;
  bool has_told_of_loss_ = false;
};

/// Whether records were lost because the file did not take them. A reader that has gone or never came is no fault.
bool was_refused(const OutletReport& report);

/// A line: "tunstack: 3 of 40 lines for stdout were left out: ..."; nothing if none was.
std::string loss_text(const OutletReport& report);

}  // namespace tunstack
