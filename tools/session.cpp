#include "tools/session.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/signalfd.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <set>

#include "tools/kept_secret.hpp"
#include "tools/known_names.hpp"
#include "tools/pid_file.hpp"
#include "tools/recorded_host.hpp"
#include "tools/screen.hpp"
#include "tunstack/device/network_visit.hpp"
#include "tunstack/explain/summary.hpp"
#include "tunstack/lab/run_json.hpp"

namespace tunstack {

namespace {

std::string_view name_of(LinkState state) {
  constexpr std::array<std::string_view, 3> names{"down", "up", "in another network namespace"};
  return names[static_cast<std::size_t>(state)];
}

std::string last_states_text(const std::deque<AttachedLink>& links) {
  std::string text;
  for (const AttachedLink& link : links)
    text += fmt::format("{}{} was {}", text.empty() ? "" : ", ", link.name(), name_of(link.state()));
  return fmt::format("tunstack: at the end {}\n", text);
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

std::deque<TunDevice> attach_to_all(const std::vector<LinkPlan>& plans) {
  std::deque<TunDevice> devices;
  for (const LinkPlan& plan : plans) {
    const NetworkVisit there(plan.network);
    devices.push_back(attach_to(plan));
  }
  return devices;
}

/// Those in one network namespace.
std::vector<LinkDuty> duties_in(const std::string& network, const HostPlan& plan,
                                const std::deque<TunDevice>& devices) {
  std::vector<LinkDuty> duties;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (plan.leave_link_alone || plan.links[i].network != network) continue;
    duties.emplace_back(plan.links[i], devices[i].is_persistent());
    duties.back().plan.device = devices[i].name();  // the kernel may have numbered it
  }
  return duties;
}

/// What is no link is the affair of the first.
std::deque<Caretaker> caretakers_for(const HostPlan& plan, const std::deque<TunDevice>& devices) {
  std::deque<Caretaker> caretakers;
  caretakers.emplace_back(Duties{.stack = stack_name(devices.front().name()),
                                 .links = duties_in("", plan, devices),
                                 // Written before the caretaker starts, who removes it.
                                 .pid_file = plan.pid_file ? write_pid_file(*plan.pid_file) : std::string(),
                                 .sandboxed = plan.sandboxed});
  std::set<std::string> networks;
  for (const LinkPlan& link : plan.links)
    if (!plan.leave_link_alone) networks.insert(link.network);
  networks.erase("");
  for (const std::string& network : networks) {
    const NetworkVisit there(network);
    caretakers.emplace_back(
        Duties{.stack = {}, .links = duties_in(network, plan, devices), .sandboxed = plan.sandboxed});
  }
  return caretakers;
}

std::deque<AttachedLink> links_of(const HostPlan& plan, std::deque<TunDevice>& devices) {
  std::deque<AttachedLink> links;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const NetworkVisit there(plan.links[i].network);
    links.emplace_back(devices[i], static_cast<InterfaceId>(i));
  }
  return links;
}

std::vector<TunDevice*> devices_of(std::deque<AttachedLink>& links) {
  std::vector<TunDevice*> devices;
  devices.reserve(links.size());
  for (AttachedLink& link : links) devices.push_back(&link.device());
  return devices;
}

/// Without a place to keep the secret, addresses are stable for as long as the stack runs.
void use_kept_secret(NodeConfig& config, const std::filesystem::path& directory) try {
  config.options.own.secret = {kept_secret(directory)};
  config.secret_from = SecretSource::file;
} catch (const Fault& fault) {
  fmt::print(stderr, "tunstack: stable IPv6 addresses will be others at the next start: {}: {}; {}\n", fault.what(),
             fault.why(), fault.remedy());
}

NodeConfig started(const HostPlan& plan, const std::deque<AttachedLink>& links, const MonotonicClock& clock) {
  NodeConfig config = plan.node;
  if (plan.secret_directory) use_kept_secret(config, *plan.secret_directory);
  for (std::size_t i = 0; i < links.size(); ++i) {
    config.interfaces[i].name = links[i].name();  // the kernel may have numbered it
    config.interfaces[i].up = links[i].state() != LinkState::down;
  }
  config.time_of_day_at_start = since_midnight(clock.started_at());
  return config;
}

bool is_explained_by_lines(const HostPlan& plan) {
  return (plan.explain == Explain::all || plan.explain == Explain::drops) && !plan.json_fd;
}

}  // namespace

Session::Session(const HostPlan& plan)
    : signals_(block_signals()),
      talk_(OutputFile::shared(STDERR_FILENO, "stderr"), "lines", WhenFull::leave_out),
      outlets_{&talk_},
      devices_(attach_to_all(plan.links)),
      caretakers_(caretakers_for(plan, devices_)),
      links_(links_of(plan, devices_)),
      config_(started(plan, links_, clock_)),
      network_(network_plan(plan, config_)),
      programs_(network_, known_names(plan, network_)),
      stage_(network_),
      explainer_(plan.explain, talk_, screen_of(STDERR_FILENO, plan.color), network_.place_names()),
      stories_(talk_, network_),
      names_{network_.place_names(), clock_.started_at()},
      loop_(devices_of(links_), stage_, clock_),
      summary_length_(plan.summary),
      duration_(plan.duration),
      user_(plan.user),
      ready_fd_(plan.ready_fd),
      sandboxed_(plan.sandboxed),
      has_bad_links_(plan.impairments.any()),
      stack_programs_(
          programs_, config_.seed, [this] { return clock_.now(); }, [this] { begin_programs(); },
          [this] { end_programs(); }),
      played_(plan.played),
      played_from_(plan.played_from) {
  if (plan.lab)
    for (const lab::PlannedDoor& door : plan.lab->doors) doors_.push_back(door.name);
  if (plan.explain == Explain::story && !plan.json_fd) {
    observers_.add(stories_);
    network_.watch_traffic(&stories_);
  }
  if (is_explained_by_lines(plan)) observers_.add(explainer_);
  if (plan.json_fd) add_log(plan, OutputFile::shared(*plan.json_fd, "stdout"));
  if (plan.log) add_log(plan, OutputFile::create(*plan.log));
  if (plan.capture) {
    capture_.emplace(*plan.capture, capture_source(config_, plan.arguments, clock_.started_at()), WhenFull::leave_out);
    outlets_.push_back(&capture_->outlet());
    recorder_.emplace(*capture_, Recorded::all, clock_.started_at(), [this] { return clock_.now(); });
    network_.is_single() ? observers_.add(*recorder_) : observers_.add(at_doors_.emplace(network_, *recorder_));
  }
  for (const Outlet* const outlet : outlets_)
    if (const int file = outlet->whole_fd(); file >= 0) caretakers_.front().keep_whole(file);
  listen_as_needed();
  programs_.on_news([this] { tell_programs(); });
  programs_.on_send([this](NodeId node, Bytes octets, Instant now) {
    mark_send(CaptureMark::Kind::originate, network_.name(node), octets, false, now);
  });
  for (AttachedLink& link : links_) loop_.watch(link.news_fd(), [this, &link] { follow(link); });
  open_control_socket(plan.explain != Explain::off);
}

void Session::begin_programs() {
  stage_.enter(programs_);
  observers_.add(programs_);
  listen_as_needed();
}

void Session::end_programs() {
  if (play_) return;  // whose programs there may be
  stage_.leave(programs_);
  observers_.remove(programs_);
  listen_as_needed();
}

void Session::tell_programs() {
  if (clients_) stack_programs_.tell(*clients_);
}

void Session::begin_play() {
  if (!played_) return;
  play_.emplace(*played_, network_, programs_, names_, clock_.now(), doors_);
  play_->on_change(
      [this](const std::vector<std::string>& settings, Instant now) { mark({CaptureMark::Kind::set, settings}, now); });
  play_->on_send([this](const std::string& node, Bytes octets, bool is_frame, Instant now) {
    mark_send(CaptureMark::Kind::send, node, octets, is_frame, now);
  });
  teller_.add(*play_);
  stage_.enter(*play_);
  begin_programs();
}

bool Session::judge_play() {
  if (!play_ || !played_) return true;
  lab::LabRun run{.name = played_->name.empty() ? played_from_ : played_->name,
                  .file = played_from_,
                  .seed = played_->seed,
                  .outcome = {}};
  run.outcome.is_live = true;
  run.outcome.lasted = clock_.now() - play_->start();
  for (auto& outcome : play_->expectations(clock_.now()))
    if (outcome) run.outcome.expectations.push_back(std::move(*outcome));
  std::ranges::copy(play_->failures(), std::back_inserter(run.outcome.expectations));
  std::ranges::copy(play_->left_over(), std::back_inserter(run.outcome.expectations));
  say(lab::run_text(run, true));
  return run.outcome.holds();
}

void Session::add_log(const HostPlan& plan, OutputFile file) {
  Outlet& outlet = log_outlets_.emplace_back(std::move(file), "lines", WhenFull::leave_out);
  outlets_.push_back(&outlet);
  teller_.add(logs_.emplace_back(outlet, names_, plan.explain == Explain::drops));
}

void Session::listen_as_needed() {
  observers_.remove(teller_);
  if (!teller_.empty()) observers_.add(teller_);
  network_.observe(observers_.empty() ? nullptr : &observers_);
  loop_.take_time_of_each(!observers_.empty());
}

/// A link that is out of sight counts as up: if it is not, what is sent there is lost and counted.
void Session::follow(AttachedLink& link) {
  const LinkNews news = link.take_news();
  if (news.went_down) change_link(link.number(), false);
  if (news.came_up) change_link(link.number(), true);
  if (news.went_down || news.came_up) link_has_changed_(link);
}

std::vector<WayToStack> Session::ways() const {
  std::vector<WayToStack> all;
  for (const AttachedLink& link : links_) std::ranges::move(ways(link), std::back_inserter(all));
  return all;
}

const std::string& Session::device_that_is_gone() const {
  return links_[static_cast<std::size_t>(loop_.gone().value_or(InterfaceId{0}))].name();
}

/// What is no packet, for whoever replays the capture.
void Session::mark(const CaptureMark& mark, Instant now) {
  if (recorder_) recorder_->marked(now, mark);
}

void Session::change_link(InterfaceId interface, bool up) {
  const auto kind = up ? CaptureMark::Kind::link_up : CaptureMark::Kind::link_down;
  loop_.act([&](Instant now, Outbox& out) {
    mark({.kind = kind, .interface = interface}, now);
    stage_.link_changed(interface, up, now, out);
  });
}

void Session::shut_down() {
  loop_.act([&](Instant now, Outbox& out) {
    mark({CaptureMark::Kind::shut_down}, now);
    stage_.shut_down(now, out);
  });
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

void Session::mark_send(CaptureMark::Kind kind, const std::string& node, Bytes octets, bool is_frame, Instant now) {
  mark({.kind = kind, .octets = fmt::format("{:02x}", fmt::join(octets, "")), .is_frame = is_frame, .node = node}, now);
}

ControlledStack Session::controlled() {
  const auto play_report = [this](bool with_texts, bool ends) {
    if (!play_) return lab::LabJson::object();
    if (ends) play_->interrupt_programs(clock_.now());
    return lab::json_of(*play_, clock_.now(), with_texts ? lab::ProgramTexts::begun : lab::ProgramTexts::none);
  };
  return {.network = network_,
          .now = [this] { return clock_.now(); },
          .outlets = [this] { return outlet_reports(); },
          .act =
              [this](const NetworkChange& change) {
                loop_.act([&](Instant now, Outbox& out) { change(network_, now, out); });
              },
          .changes = [this](const std::vector<std::string>& settings,
                            Instant now) { mark({CaptureMark::Kind::set, settings}, now); },
          .sends = [this](const std::string& node, Bytes octets, bool is_frame,
                          Instant now) { mark_send(CaptureMark::Kind::send, node, octets, is_frame, now); },
          // It acts in the next turn of the loop: then its client is listening.
          .start_program = [this](NodeId node, const auto& words) -> ControlledStack::StartedProgram {
            const std::size_t job = stack_programs_.start(node, words);
            const auto [source, target] = programs_.conversation(job);
            return {job, source, target};
          },
          .play = played_ ? play_report : std::function<lab::LabJson(bool, bool)>()};
}

void Session::open_control_socket(bool tells_why_not) try {
  requests_.emplace(controlled());
  clients_.emplace([this](std::string_view request) { return requests_->answer(request); }, names_,
                   [this](bool watching) {
                     watching ? teller_.add(*clients_) : teller_.remove(*clients_);
                     listen_as_needed();
                   },
                   &stack_programs_);
  control_.emplace(device_name(), *clients_);
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
    const NodeState& state = network_.node(NodeId{0}).state();
    if (state.is_checking_addresses() && !state.is_starting(config_.start)) waiting();
    return network_.has_tentative_addresses();
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
  say(summary_text(network_.counters(), clock_.now(), length));
  tell_impairments();
}

/// Most who wonder why nothing answers have sent it somewhere else.
void Session::tell_why_nothing_came() {
  const std::uint64_t for_others = packets_for_others(network_.node(network_.node_at(InterfaceId{0})).counters());
  const char* const remedy = doors_.empty() ? "--route PREFIX for what else is to come here, or --route default"
                                            : "routes = [...] of the door, in the lab's file, for what else is to come";
  if (network_.counters().packets_in == for_others) say(no_packet_text(ways(), device_name(), for_others, remedy));
}

void Session::tell_impairments() {
  if (has_bad_links_) say(impairment_text(network_.counters(), network_.packets_on_their_way()));
}

bool Session::finish(Summary summary) {
  for (Outlet* const outlet : outlets_)
    if (outlet != &talk_) outlet->close();
  talk_.flush();
  if (summary == Summary::yes) {
    say(summary_text(network_.counters(), clock_.now(), summary_length_) + last_states_text(links_));
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
