#include "tools/session.hpp"

#include <sys/signalfd.h>

#include <csignal>
#include <cstdio>

#include "tunstack/summary.hpp"

namespace tunstack {

namespace {

FileDescriptor block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  return FileDescriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

LinkPlan named(LinkPlan plan, const std::string& device) {
  plan.device = device;
  return plan;
}

NodeConfig started(NodeConfig config, const MonotonicClock& clock) {
  config.time_of_day_at_start = since_midnight(clock.started_at());
  return config;
}

}  // namespace

Session::Session(const HostPlan& plan)
    : device_(plan.link.device),
      node_(started(plan.node, clock_)),
      explainer_(plan.explain, plan.format, plan.format == ExplainFormat::json ? stdout : stderr),
      loop_(device_, node_, clock_),
      signals_(block_signals()),
      duration_(plan.duration) {
  if (!plan.leave_link_alone) link_.emplace(named(plan.link, device_.name()), device_.is_persistent());
  if (plan.explain != Explain::off) observers_.add(explainer_);
  if (plan.capture) {
    capture_.emplace(*plan.capture);
    observers_.add(recorder_.emplace(*capture_, Recorded::all, clock_.started_at()));
  }
  if (!observers_.empty()) node_.observe(&observers_);
}

void Session::finish_capture() {
  if (capture_) capture_->finish();
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

void Session::print_summary() const { std::fputs(summary_text(node_.counters(), clock_.now()).c_str(), stderr); }

}  // namespace tunstack
