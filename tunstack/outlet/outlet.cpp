#include "tunstack/outlet/outlet.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <mutex>
#include <system_error>

#include "tunstack/fault.hpp"
#include "tunstack/outlet/record_batch.hpp"

namespace tunstack {

namespace {

using namespace std::chrono_literals;

constexpr auto pause_after_failure = 500ms;
// How long nothing may be written at the end until it is given up, and how often it is waited so long if something is.
constexpr auto patience_with_disk = 2000ms;
constexpr auto patience_with_reader = 500ms;
constexpr int most_rounds = 8;
// Records are written at once, but to wake the thread for each of many costs more than all else: after so many wakes
// without a pause it waits for one, or for so much, as long as so many come meanwhile.
constexpr auto pause_between_writes = 1ms;
constexpr std::size_t worth_a_write = std::size_t{1} << 18;
constexpr std::uint64_t many = 16;

}  // namespace

class Outlet::Writer {
 public:
  Writer(OutputFile file, std::string unit, WhenFull when_full)
      : file_(std::move(file)),
        unit_(std::move(unit)),
        when_full_(when_full),
        news_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

  bool put(std::string_view record, bool counts);
  bool flush();
  /// Tells the thread to end as soon as nothing is left; whether it has.
  bool close();
  void write_all();
  OutletReport report() const;
  int news_fd() const { return news_.get(); }
  int whole_fd() const { return file_.whole_fd(); }

 private:
  bool is_settled() const { return (filling_.empty() && writing_.empty()) || flow_ != Flow::writing; }
  bool is_worth_a_write() const { return filling_.size() >= worth_a_write; }
  template <class Condition>
  bool wait_patiently(std::unique_lock<std::mutex>& lock, const Condition& condition);
  void gather(std::unique_lock<std::mutex>& lock);
  void write_some(std::unique_lock<std::mutex>& lock);
  void on_failure(std::unique_lock<std::mutex>& lock, int error);
  void become(Flow flow);
  void tell() const { ::eventfd_write(news_.get(), 1); }
  std::uint64_t count_waiting() const { return filling_.count() + writing_.count() - writing_.count_before(at_); }
  void leave_out_waiting();

  OutputFile file_;
  const std::string unit_;
  const WhenFull when_full_;
  const FileDescriptor news_;
  std::uint64_t wakes_in_a_row_ = 0;  // of the thread, which alone knows these
  std::chrono::steady_clock::time_point pause_until_{};

  mutable std::mutex mutex_;  // of all that follows; held for moments, never while writing
  std::condition_variable work_, progress_;
  RecordBatch filling_, writing_;
  std::size_t at_ = 0;  // so much of `writing_` is written
  std::uint64_t octets_ = 0, written_ = 0, left_out_ = 0;
  Flow flow_ = Flow::writing;
  int error_ = 0;
  std::uint64_t stalled_at_ = ~std::uint64_t{0};  // the `octets_` that it was waited in vain for more than
  bool is_hurried_ = false, closing_ = false, has_ended_ = false;
};

bool Outlet::Writer::put(std::string_view record, bool counts) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool is_first = filling_.empty();
    const bool was_worth = is_worth_a_write();
    if (flow_ != Flow::ended && filling_.add(record, counts)) {
      if (is_first || is_worth_a_write() != was_worth) work_.notify_one();
      return true;
    }
    if (flow_ == Flow::ended || when_full_ == WhenFull::leave_out || is_first) break;
    progress_.wait(lock);
  }
  if (left_out_++ == 0) tell();
  return false;
}

bool Outlet::Writer::flush() {
  std::unique_lock lock(mutex_);
  is_hurried_ = true;
  work_.notify_one();
  wait_patiently(lock, [this] { return is_settled(); });
  is_hurried_ = false;
  return count_waiting() == 0 && flow_ == Flow::writing;
}

bool Outlet::Writer::close() {
  std::unique_lock lock(mutex_);
  closing_ = true;
  work_.notify_one();
  wait_patiently(lock, [this] { return has_ended_; });
  leave_out_waiting();
  return has_ended_;
}

template <class Condition>
bool Outlet::Writer::wait_patiently(std::unique_lock<std::mutex>& lock, const Condition& condition) {
  if (when_full_ == WhenFull::wait) {
    progress_.wait(lock, condition);
    return true;
  }
  const auto patience = file_.is_regular() ? patience_with_disk : patience_with_reader;
  for (int round = 0; round < most_rounds; ++round) {
    if (octets_ == stalled_at_) return condition();
    const std::uint64_t before = octets_;
    if (progress_.wait_for(lock, patience, condition)) return true;
    if (octets_ == before) stalled_at_ = before;
  }
  return false;
}

/// The life of the thread.
void Outlet::Writer::write_all() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return !filling_.empty() || closing_; });
    if (filling_.empty() || flow_ == Flow::ended) break;
    gather(lock);
    std::swap(filling_, writing_);
    progress_.notify_all();
    for (at_ = 0; at_ < writing_.size() && flow_ != Flow::ended;) write_some(lock);
    writing_.clear();
    at_ = 0;
    progress_.notify_all();
  }
  has_ended_ = true;
  progress_.notify_all();
}

/// Waits for more where records come without a pause.
void Outlet::Writer::gather(std::unique_lock<std::mutex>& lock) {
  const bool is_pause_over = std::chrono::steady_clock::now() >= pause_until_;
  if (wakes_in_a_row_ < many) {
    wakes_in_a_row_ = is_pause_over ? 0 : wakes_in_a_row_ + 1;
  } else {
    work_.wait_until(lock, pause_until_, [this] { return is_worth_a_write() || is_hurried_ || closing_; });
    if (filling_.count() < many) wakes_in_a_row_ = 0;
  }
  pause_until_ = std::chrono::steady_clock::now() + pause_between_writes;
}

void Outlet::Writer::write_some(std::unique_lock<std::mutex>& lock) {
  const std::string_view chunk = writing_.chunk(at_, file_.chunk_size());
  const std::size_t torn = at_ - writing_.whole_before(at_);
  lock.unlock();
  const OutputFile::Written result = file_.write(chunk);
  if (result.octets == chunk.size()) file_.mark_whole();  // as chunks are
  const bool is_mended = result.error != 0 && torn > 0 && file_.take_back(torn);
  lock.lock();
  if (flow_ == Flow::ended) return;  // given up meanwhile
  if (is_mended) at_ -= torn;
  if (result.error != 0) return on_failure(lock, result.error);
  written_ += writing_.count_before(at_ + result.octets) - writing_.count_before(at_);
  at_ += result.octets;
  octets_ += result.octets;
  if (flow_ == Flow::failing) become(Flow::writing);
}

/// What waits goes on waiting, for room on the disk or a first reader, where that is of use.
void Outlet::Writer::on_failure(std::unique_lock<std::mutex>& lock, int error) {
  error_ = error;
  if (error == EPIPE || closing_ || when_full_ == WhenFull::wait) return leave_out_waiting();
  if (flow_ != Flow::failing) become(Flow::failing);
  work_.wait_for(lock, pause_after_failure, [this] { return closing_; });
}

void Outlet::Writer::leave_out_waiting() {
  if (const std::uint64_t waiting = count_waiting()) left_out_ += waiting;
  filling_.clear();
  at_ = writing_.size();
  become(Flow::ended);
}

void Outlet::Writer::become(Flow flow) {
  flow_ = flow;
  progress_.notify_all();
  tell();
}

OutletReport Outlet::Writer::report() const {
  const std::scoped_lock lock(mutex_);
  return {file_.name(), unit_, written_, left_out_, flow_, error_};
}

// ---- the side of who puts ----

Outlet::Outlet(OutputFile file, std::string unit, WhenFull when_full)
    : writer_(std::make_shared<Writer>(std::move(file), std::move(unit), when_full)) {
  if (when_full == WhenFull::wait) start();
}

Outlet::~Outlet() { close(); }

void Outlet::start() try {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // the thread begins with this mask
  struct Restore {
    const sigset_t& mask;
    ~Restore() { pthread_sigmask(SIG_SETMASK, &mask, nullptr); }
  } const restore{before};
  thread_ = std::thread([writer = writer_] { writer->write_all(); });
} catch (const std::system_error& error) {
  throw SystemError(fmt::format("cannot start a thread: {}", error.what()), "the limit of processes is reached",
                    "see ulimit -u");
}

bool Outlet::put(std::string_view record, bool counts) { return writer_->put(record, counts); }
bool Outlet::flush() { return writer_->flush(); }

void Outlet::close() {
  if (!thread_.joinable()) return;
  if (writer_->close())
    thread_.join();
  else
    thread_.detach();  // it ends with the process
}

OutletReport Outlet::report() const { return writer_->report(); }
int Outlet::news_fd() const { return writer_->news_fd(); }
int Outlet::whole_fd() const { return writer_->whole_fd(); }

}  // namespace tunstack
