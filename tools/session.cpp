#include "tools/session.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/signalfd.h>

#include <csignal>

#include "tools/kept_secret.hpp"
#include "tools/pid_file.hpp"
#include "tools/recorded_host.hpp"
#include "tools/screen.hpp"
#include "tunstack/explain/summary.hpp"
#include "tunstack/kernel_link/link_setup.hpp"

namespace tunstack {

namespace {

std::string_view name_of(LinkState state) {
  constexpr std::array<std::string_view, 3> names{"down", "up", "in another network namespace"};
  return names[static_cast<std::size_t>(state)];
}

FileDescriptor block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&signals, signal);
  sigset_t of_writes = signals;
  for (const int signal : {SIGPIPE, SIGXFSZ}) sigaddset(&of_writes, signal);
  sigprocmask(SIG_BLOCK, &of_writes, nullptr);
  return FileDescriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// Without /proc there is no name, and no socket.
StackName stack_name(const std::string& device) try {
  return {own_network(), ::getpid(), device};
} catch (const SystemError&) {
  return {};
}

TunDevice attach_to(const LinkPlan& link) {
  check_kind_of_link(link.device, link.tap);
  return TunDevice(link.device, link.tap ? DeviceKind::tap : DeviceKind::tun);
}

Duties duties_of(const HostPlan& plan, const TunDevice& device) {
  Duties duties{.stack = stack_name(device.name()),
                .link = std::nullopt,
                .device_stays = device.is_persistent(),
                // Written before the caretaker starts, who removes it.
                .pid_file = plan.pid_file ? write_pid_file(*plan.pid_file) : std::string(),
                .sandboxed = plan.sandboxed};
  if (plan.leave_link_alone) return duties;
  duties.link = plan.link;
  duties.link->device = device.name();  // the kernel may have numbered it
  return duties;
}

/// Without a place to keep the secret, addresses are stable for as long as the stack runs.
void use_kept_secret(NodeConfig& config, const std::filesystem::path& directory) try {
  config.options.own.secret = {kept_secret(directory)};
  config.secret_from = SecretSource::file;
} catch (const Fault& fault) {
  fmt::print(stderr, "tunstack: stable IPv6 addresses will be others at the next start: {}: {}; {}\n", fault.what(),
             fault.why(), fault.remedy());
}

NodeConfig started(const HostPlan& plan, const std::string& device, LinkState link, const MonotonicClock& clock) {
  NodeConfig config = plan.node;
  if (plan.secret_directory) use_kept_secret(config, *plan.secret_directory);
  config.interfaces[0].name = device;  // the kernel may have numbered it
  config.interfaces[0].up = link != LinkState::down;
  config.time_of_day_at_start = since_midnight(clock.started_at());
  return config;
}

}  // namespace

Session::Session(const HostPlan& plan)
    : signals_(block_signals()),
      talk_(OutputFile::shared(STDERR_FILENO, "stderr"), "lines", WhenFull::leave_out),
      outlets_{&talk_},
      device_(attach_to(plan.link)),
      caretaker_(duties_of(plan, device_)),
      link_(device_.name()),
      routes_(device_.name()),
      config_(started(plan, device_.name(), link_.state(), clock_)),
      device_as_impaired_(device_, clock_, plan.impairments, plan.node.seed),
      node_(config_),
      explainer_(plan.explain, talk_, screen_of(STDERR_FILENO, plan.color)),
      names_{"stack", {device_.name()}, clock_.started_at()},
      loop_(std::array{&device_as_impaired_}, node_, clock_),
      summary_length_(plan.summary),
      duration_(plan.duration),
      user_(plan.user),
      ready_fd_(plan.ready_fd),
      sandboxed_(plan.sandboxed) {
  if (plan.explain != Explain::off && !plan.json_fd) observers_.add(explainer_);
  if (plan.json_fd) add_log(plan, OutputFile::shared(*plan.json_fd, "stdout"));
  if (plan.log) add_log(plan, OutputFile::create(*plan.log));
  if (plan.capture) {
    capture_.emplace(*plan.capture, capture_source(config_, plan.arguments, clock_.started_at()), WhenFull::leave_out);
    outlets_.push_back(&capture_->outlet());
    observers_.add(recorder_.emplace(*capture_, Recorded::all, clock_.started_at(), [this] { return clock_.now(); }));
  }
  for (const Outlet* const outlet : outlets_)
    if (const int file = outlet->whole_fd(); file >= 0) caretaker_.keep_whole(file);
  listen_as_needed();
  loop_.watch(link_.fd(), [this] { follow_link(); });
  open_control_socket(plan.explain != Explain::off);
}

void Session::add_log(const HostPlan& plan, OutputFile file) {
  Outlet& outlet = log_outlets_.emplace_back(std::move(file), "lines", WhenFull::leave_out);
  outlets_.push_back(&outlet);
  teller_.add(logs_.emplace_back(outlet, names_, plan.explain == Explain::drops));
}

void Session::listen_as_needed() {
  observers_.remove(teller_);
  if (!teller_.empty()) observers_.add(teller_);
  node_.observe(observers_.empty() ? nullptr : &observers_);
  loop_.take_time_of_each(!observers_.empty());
}

/// A link that is out of sight counts as up: if it is not, what is sent there is lost and counted.
void Session::follow_link() {
  const LinkNews news = link_.take_news();
  constexpr InterfaceId only{0};
  if (news.went_down) change_link(only, false);
  if (news.came_up) change_link(only, true);
  if (news.went_down || news.came_up) link_has_changed_();
}

/// What is no packet, for whoever replays the capture.
void Session::mark(const CaptureMark& mark, Instant now) {
  if (recorder_) recorder_->marked(now, mark);
}

void Session::change_link(InterfaceId interface, bool up) {
  mark({up ? CaptureMark::Kind::link_up : CaptureMark::Kind::link_down}, clock_.now());
  loop_.change_link(interface, up);
}

void Session::shut_down() {
  mark({CaptureMark::Kind::shut_down}, clock_.now());
  loop_.shut_down();
}

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
  reports.reserve(outlets_.size());
  for (const Outlet* const outlet : outlets_) reports.push_back(outlet->report());
  return reports;
}

ControlledStack Session::controlled() {
  return {.node = node_,
          .now = [this] { return clock_.now(); },
          .outlets = [this] { return outlet_reports(); },
          .act = [this](const auto& change) { loop_.act(change); },
          .changes = [this](const std::vector<std::string>& settings,
                            Instant now) { mark({CaptureMark::Kind::set, settings}, now); },
          .sends =
              [this](Bytes octets, bool is_frame, Instant now) {
                mark({.kind = CaptureMark::Kind::send,
                      .octets = fmt::format("{:02x}", fmt::join(octets, "")),
                      .is_frame = is_frame},
                     now);
              }};
}

void Session::open_control_socket(bool tells_why_not) try {
  requests_.emplace(controlled());
  clients_.emplace([this](std::string_view request) { return requests_->answer(request); }, names_,
                   [this](bool watching) {
                     watching ? teller_.add(*clients_) : teller_.remove(*clients_);
                     listen_as_needed();
                   });
  control_.emplace(device_.name(), *clients_);
  loop_.watch(control_->fd(), [this] { control_->serve(); });
} catch (const SystemError& error) {
  if (tells_why_not) say(fmt::format("tunstack: {}; {}\n", error.what(), error.why()));
}

void Session::tell_ready() {
  if (!ready_fd_) return;
  const FileDescriptor waiting(*ready_fd_);
  ready_fd_.reset();
  (void)!::write(waiting.get(), "\n", 1);
}

// Threads have the rights that this one has when it starts them.
void Session::confine() {
  if (user_) become_user(*user_);
  if (sandboxed_) enter_sandbox();
  start_outlets();
}

void Session::settle(const std::function<void()>& waiting) {
  loop_.run_while([&] {
    const NodeState& state = node_.state();
    if (state.is_checking_addresses() && !state.is_starting(config_.start)) waiting();
    return node_.has_tentative_addresses();
  });
}

void Session::on_signal(std::function<void(int, bool)> handle) {
  loop_.watch(signals_.get(), [this, handle = std::move(handle)] {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
    if (info.ssi_signo == SIGUSR1) return tell_summary(SummaryLength::full);
    handle(static_cast<int>(info.ssi_signo), info.ssi_code <= 0);
  });
}

void Session::on_duration(std::function<void()> expired) {
  if (!duration_) return;
  loop_.at(clock_.now() + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*duration_)),
           std::move(expired));
}

void Session::tell_summary(SummaryLength length) {
  say(summary_text(node_.counters(), clock_.now(), length));
  tell_impairments();
}

/// Most who wonder why nothing answers have sent it somewhere else.
void Session::tell_why_nothing_came() {
  const std::uint64_t for_others = packets_for_others(node_.counters());
  if (node_.counters().packets_in == for_others) say(no_packet_text(ways(), device_.name(), for_others));
}

void Session::tell_impairments() {
  if (const auto counts = device_as_impaired_.counts()) say(impairment_text(*counts));
}

bool Session::finish(Summary summary) {
  for (Outlet* const outlet : outlets_)
    if (outlet != &talk_) outlet->close();
  talk_.flush();
  if (summary == Summary::yes) {
    say(fmt::format("{}tunstack: at the end {} was {}\n", summary_text(node_.counters(), clock_.now(), summary_length_),
                    device_.name(), name_of(link_.state())));
    tell_why_nothing_came();
  }
  tell_impairments();
  bool all_taken = true;
  for (const Outlet* const outlet : outlets_) {
    const OutletReport report = outlet->report();
    say(loss_text(report));
    all_taken &= outlet == &talk_ || !was_refused(report);
  }
  talk_.close();
  return all_taken;
}

}  // namespace tunstack
