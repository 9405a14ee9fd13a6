#include "tunstack/firewall/tester/suggestion.hpp"

#include <algorithm>
#include <map>

#include "tunstack/firewall/tester/rule_matches.hpp"
#include "tunstack/firewall/tester/variants.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::size_t most_candidates = 256;
constexpr std::size_t most_changed_octets = std::size_t{256} << 20;  // of all changed texts

struct Candidate {
  std::string command;
  std::size_t ruleset = 0;  // which of the plan's it changes
  AddedRule rule;
};

/// What has to be otherwise for a case that fails.
enum class Wish : std::uint8_t { let_in, let_out, keep_out, none };

Wish wish_of(const CaseRun& one) {
  const auto wants_out = [](Fate fate) {
    return fate == Fate::answered || fate == Fate::passed || fate == Fate::forwarded;
  };
  const Level level = one.a_case.level;
  const bool is_to_pass =
      one.a_case.wanted ? wants_out(*one.a_case.wanted) : level == Level::must_pass || level == Level::should_pass;
  const bool is_to_drop = one.a_case.wanted ? *one.a_case.wanted == Fate::dropped
                                            : level == Level::must_drop || level == Level::should_drop;
  if (is_to_drop) return Wish::keep_out;
  if (!is_to_pass) return Wish::none;
  return one.verdict.fate == Fate::answer_dropped ? Wish::let_out : Wish::let_in;
}

std::vector<RuleMatch> matches_of(const CaseRun& one, Wish wish, const TestPlan& plan) {
  if (wish == Wish::none || one.observation.injections.empty()) return {};
  const Bytes packet = one.observation.injections[0].octets;
  if (wish == Wish::let_out) return matches_to_let_out(one.a_case.family);
  const Places& places = one.a_case.mode == Mode::host ? plan.host : plan.router;
  return wish == Wish::let_in ? matches_to_let_in(one.a_case, packet, places)
                              : matches_to_keep_out(one.a_case, packet, places);
}

// ---- where a rule goes ----

const char* hook_of(Wish wish, Mode mode) {
  if (wish == Wish::let_out) return "output";
  return mode == Mode::host ? "input" : "forward";
}

bool has_family(const HookedChain& chain, Family family) {
  return chain.family == "inet" || chain.family == (family == Family::ipv4 ? "ip" : "ip6");
}

/// The base chain whose rules dropped the packet; where none did, the first one of the hook.
const HookedChain* chain_for(const Run& run, const CaseRun& one, Wish wish) {
  const auto& trace = one.observation.trace;
  if (wish != Wish::keep_out && one.verdict.rule)
    for (std::size_t i = trace.size(); i-- > 0;)
      if (trace[i] == *one.verdict.rule)
        if (const HookedChain* const chain = run.base_chain_of(one.observation, i)) return chain;
  const auto found = std::ranges::find_if(run.chains, [&](const HookedChain& chain) {
    return chain.type == "filter" && chain.hook == hook_of(wish, one.a_case.mode) &&
           has_family(chain, one.a_case.family);
  });
  return found == run.chains.end() ? nullptr : &*found;
}

std::optional<AddedRule> added_rule(RulesetKind kind, const RuleMatch& match, const Run& run, const CaseRun& one,
                                    Wish wish) {
  const bool is_accepted = wish != Wish::keep_out;
  if (kind == RulesetKind::nft) {
    const HookedChain* const chain = chain_for(run, one, wish);
    if (chain == nullptr) return std::nullopt;
    return AddedRule{chain->family, chain->table, chain->chain, match.nft + (is_accepted ? " accept" : " drop"),
                     match.is_last};
  }
  const bool is_ours = (kind == RulesetKind::iptables) == (one.a_case.family == Family::ipv4);
  if (!is_ours || kind == RulesetKind::script || match.iptables.empty()) return std::nullopt;
  std::string chain = hook_of(wish, one.a_case.mode);
  for (char& c : chain) c = static_cast<char>(c - 'a' + 'A');
  return AddedRule{one.a_case.family == Family::ipv4 ? "ip" : "ip6", "filter", chain,
                   match.iptables + (is_accepted ? " -j ACCEPT" : " -j DROP"), match.is_last};
}

// ---- candidates ----

/// All that are worth a try, each once, and which of them are for which case, in their order.
struct Candidates {
  std::vector<Candidate> all;
  std::map<std::string, std::vector<std::size_t>> of_case;  // by its id

  void add(const std::string& id, Candidate candidate, std::size_t most) {
    auto found = std::ranges::find(all, candidate.command, &Candidate::command);
    if (found == all.end()) {
      if (all.size() >= most) return;
      found = all.insert(all.end(), std::move(candidate));
    }
    of_case[id].push_back(static_cast<std::size_t>(found - all.begin()));
  }
};

void add_candidates(Candidates& candidates, const TestPlan& plan, const Run& run, const CaseRun& one,
                    std::size_t most) {
  const Wish wish = wish_of(one);
  const auto matches = matches_of(one, wish, plan);
  // What is loaded last is what a user would change.
  for (std::size_t i = plan.rulesets.size(); i-- > 0;) {
    const RulesetKind kind = plan.rulesets[i].kind;
    for (const RuleMatch& match : matches)
      if (const auto rule = added_rule(kind, match, run, one, wish))
        candidates.add(one.a_case.id, {command_of(*rule, kind), i, *rule}, most);
    if (candidates.of_case.contains(one.a_case.id)) return;
  }
}

Candidates candidates_of(const TestPlan& plan, const Run& run) {
  std::size_t octets = 1;
  for (const RulesetSource& source : plan.rulesets) octets += source.text.size();
  const std::size_t most = std::min(most_candidates, most_changed_octets / octets);
  Candidates candidates;
  for (const CaseRun& one : run.cases)
    if (one.judgement.result == Result::fail) add_candidates(candidates, plan, run, one, most);
  return candidates;
}

std::vector<Texts> texts_with(const std::vector<Candidate>& candidates, const TestPlan& plan) {
  std::vector<Texts> all;
  for (const Candidate& candidate : candidates) {
    all.push_back(texts_of(plan));
    all.back()[candidate.ruleset] = with_rule_added(plan.rulesets[candidate.ruleset], candidate.rule);
  }
  return all;
}

/// A case that could not be tried is as bad as one that fails: it may turn out to be one.
int badness(Result result) {
  return result == Result::fail || result == Result::precondition ? 2 : result == Result::warn ? 1 : 0;
}

/// Which failures a candidate mends; none where anything gets worse by it.
std::vector<std::string> mended_by(const VariantRuns& runs, std::size_t candidate) {
  std::vector<std::string> mended;
  const auto& after = runs.after[candidate];
  if (!after) return mended;
  for (std::size_t i = 0; i < runs.cases.size(); ++i) {
    if (badness(after->results[i]) > badness(runs.before.results[i])) return {};
    if (runs.before.results[i] == Result::fail && badness(after->results[i]) == 0) mended.push_back(runs.cases[i].id);
  }
  return mended;
}

}  // namespace

void suggest(const TestPlan& plan, Run& run, const OnProgress& on_progress) {
  Candidates candidates = candidates_of(plan, run);
  if (candidates.all.empty()) return;
  const VariantRuns runs = run_variants(plan, texts_with(candidates.all, plan), on_progress);
  std::vector<std::vector<std::string>> mended;
  mended.reserve(candidates.all.size());
  for (std::size_t i = 0; i < candidates.all.size(); ++i) mended.push_back(mended_by(runs, i));
  const auto is_mended = [&](const CaseRun& one, std::size_t by) {
    return one.mend.empty() && std::ranges::find(mended[by], one.a_case.id) != mended[by].end();
  };
  for (const CaseRun& one : run.cases)
    for (const std::size_t i : candidates.of_case[one.a_case.id])
      if (is_mended(one, i))
        for (CaseRun& each : run.cases)
          if (is_mended(each, i)) each.mend = candidates.all[i].command;
}

}  // namespace tunstack::firewall
