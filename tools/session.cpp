#include "tools/session.hpp"

#include <fmt/format.h>
#include <sys/signalfd.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "tunstack/explain/summary.hpp"
#include "tunstack/report/state_report.hpp"

namespace tunstack {

namespace {

FileDescriptor block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  sigset_t of_writes = signals;
  for (const int signal : {SIGPIPE, SIGXFSZ}) sigaddset(&of_writes, signal);
  sigprocmask(SIG_BLOCK, &of_writes, nullptr);
  return FileDescriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

LinkPlan named(LinkPlan plan, const std::string& device) {
  plan.device = device;
  return plan;
}

NodeConfig started(NodeConfig config, const std::string& device, const MonotonicClock& clock) {
  config.interfaces[0].name = device;  // the kernel may have numbered it
  config.time_of_day_at_start = since_midnight(clock.started_at());
  return config;
}

}  // namespace

Session::Session(const HostPlan& plan)
    : talk_(OutputFile::shared(STDERR_FILENO, "stderr"), "lines", WhenFull::leave_out),
      json_(OutputFile::shared(STDOUT_FILENO, "stdout"), "lines", WhenFull::leave_out),
      outlets_{&talk_},
      device_(plan.link.device, plan.link.tap ? DeviceKind::tap : DeviceKind::tun),
      node_(started(plan.node, device_.name(), clock_)),
      explainer_(plan.explain, plan.format, plan.format == ExplainFormat::json ? json_ : talk_),
      loop_(std::array{&device_}, node_, clock_),
      signals_(block_signals()),
      duration_(plan.duration) {
  if (!plan.leave_link_alone) link_.emplace(named(plan.link, device_.name()), device_.is_persistent());
  if (plan.explain != Explain::off) observers_.add(explainer_);
  if (plan.format == ExplainFormat::json) outlets_.push_back(&json_);
  if (plan.capture) {
    capture_.emplace(*plan.capture, plan.link.tap ? LinkType::ethernet : LinkType::raw_ip, WhenFull::leave_out);
    outlets_.push_back(&capture_->outlet());
    observers_.add(recorder_.emplace(*capture_, Recorded::all, clock_.started_at()));
  }
  if (!observers_.empty()) node_.observe(&observers_);
  open_control_socket(plan.explain != Explain::off);
  start_outlets();
}

// Threads have the rights that this one has now: whatever gives rights up stands before.
void Session::start_outlets() {
  for (Outlet* const outlet : outlets_) {
    outlet->start();
    loop_.watch(outlet->news_fd(), [this, outlet] {
      if (const auto news = outlet->take_news()) say(*news);
    });
  }
}

std::vector<OutletReport> Session::outlet_reports() const {
  std::vector<OutletReport> reports;
  for (const Outlet* const outlet : outlets_) reports.push_back(outlet->report());
  return reports;
}

void Session::open_control_socket(bool tells_why_not) try {
  // A device may have any name; JSON may not.
  const auto report = [this] {
    return state_report(node_, clock_.now(), outlet_reports())
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  control_.emplace(device_.name(), report);
  loop_.watch(control_->fd(), [this] { control_->serve(); });
} catch (const SystemError& error) {
  if (tells_why_not) say(fmt::format("tunstack: {}; {}\n", error.what(), error.why()));
}

void Session::settle() {
  loop_.run_while([this] { return node_.has_tentative_addresses(); });
}

void Session::on_signal(std::function<void(int, bool)> handle) {
  loop_.watch(signals_.get(), [this, handle = std::move(handle)] {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) == sizeof info)
      handle(static_cast<int>(info.ssi_signo), info.ssi_code <= 0);
  });
}

void Session::on_duration(std::function<void()> expired) {
  if (!duration_) return;
  loop_.at(clock_.now() + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*duration_)),
           std::move(expired));
}

void Session::finish(Summary summary) {
  for (Outlet* const outlet : outlets_)
    if (outlet != &talk_) outlet->close();
  talk_.flush();
  if (summary == Summary::yes) say(summary_text(node_.counters(), clock_.now()));
  for (const OutletReport& report : outlet_reports())
    if (report.left_out != 0) say(loss_text(report));
  talk_.close();
}

}  // namespace tunstack
