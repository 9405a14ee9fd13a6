#include "tunstack/firewall/report/run_json.hpp"

#include <fmt/format.h>

#include "tunstack/fault.hpp"
#include "tunstack/firewall/enum_names.hpp"
#include "tunstack/firewall/observation_json.hpp"
#include "tunstack/firewall/report/wording.hpp"

namespace tunstack::firewall {

namespace {

using Json = nlohmann::ordered_json;

constexpr int schema = 1;

// ---- cases: what reports tell of them ----

Json case_json(const Case& a_case) {
  return {{"id", a_case.id},
          {"group", a_case.group},
          {"title", a_case.title},
          {"mode", mode_name(a_case.mode)},
          {"family", a_case.family == Family::ipv4 ? 4 : 6},
          {"level", level_name(a_case.level)},
          {"expected", a_case.expected},
          {"reference", a_case.reference},
          {"consequence", a_case.consequence},
          {"note", a_case.note},
          {"wanted", a_case.wanted ? Json(fate_name(*a_case.wanted)) : Json()},
          {"wanted_detail", a_case.wanted_detail},
          {"wanted_packet", a_case.wanted_packet}};
}

Case case_in(const Json& json) {
  Case a_case;
  a_case.id = json.at("id");
  a_case.group = json.at("group");
  a_case.title = json.at("title");
  a_case.mode = named<Mode>(json.at("mode"), mode_of_name);
  a_case.family = json.at("family") == 4 ? Family::ipv4 : Family::ipv6;
  a_case.level = named<Level>(json.at("level"), level_of_name);
  a_case.expected = json.at("expected");
  a_case.reference = json.at("reference");
  a_case.consequence = json.at("consequence");
  a_case.note = json.at("note");
  if (!json.at("wanted").is_null()) a_case.wanted = named<Fate>(json.at("wanted"), fate_of_name);
  a_case.wanted_detail = json.at("wanted_detail");
  a_case.wanted_packet = json.at("wanted_packet");
  return a_case;
}

// ---- verdicts ----

Json verdict_json(const Verdict& verdict) {
  return {{"fate", fate_name(verdict.fate)},
          {"detail", verdict.detail},
          {"text", verdict_text(verdict)},
          {"decider", decider_name(verdict.decider)},
          {"step", verdict.rule ? json_of(*verdict.rule) : Json()},
          {"reactions", verdict.reactions},
          {"positive", verdict.is_positive},
          {"left_as", hexadecimal(verdict.left_as)}};
}

Verdict verdict_in(const Json& json) {
  Verdict verdict;
  verdict.fate = named<Fate>(json.at("fate"), fate_of_name);
  verdict.detail = json.at("detail");
  verdict.decider = named<Decider>(json.at("decider"), decider_of_name);
  if (!json.at("step").is_null()) verdict.rule = trace_step_of(json.at("step"));
  verdict.reactions = json.at("reactions").get<std::vector<std::string>>();
  verdict.is_positive = json.at("positive");
  verdict.left_as = octets_of(json.at("left_as"));
  return verdict;
}

// ---- rules ----

Json rule_json(const LoadedRule& rule) {
  return {{"family", rule.family}, {"table", rule.table}, {"chain", rule.chain}, {"handle", rule.handle},
          {"text", rule.text},     {"file", rule.file},   {"line", rule.line}};
}

LoadedRule rule_in(const Json& json) {
  return {.family = json.at("family"),
          .table = json.at("table"),
          .chain = json.at("chain"),
          .handle = json.at("handle"),
          .text = json.at("text"),
          .file = json.at("file"),
          .line = json.at("line")};
}

Json chain_json(const HookedChain& chain) {
  return {{"family", chain.family}, {"table", chain.table}, {"chain", chain.chain},
          {"hook", chain.hook},     {"type", chain.type},   {"priority", chain.priority}};
}

HookedChain chain_in(const Json& json) {
  return {.family = json.at("family"),
          .table = json.at("table"),
          .chain = json.at("chain"),
          .hook = json.at("hook"),
          .type = json.at("type"),
          .priority = json.at("priority")};
}

// ---- runs ----

Json one_json(const Run& run, const CaseRun& one) {
  const LoadedRule* rule = run.deciding_rule(one);
  return {{"case", case_json(one.a_case)},
          {"packets", packet_lines(one)},
          {"result", result_name(one.judgement.result)},
          {"why", one.judgement.why},
          {"verdict", verdict_json(one.verdict)},
          {"rule", rule == nullptr ? Json() : rule_json(*rule)},
          {"mend", one.mend},
          {"observation", json_of(one.observation)}};
}

CaseRun one_in(const Json& json) {
  return {.a_case = case_in(json.at("case")),
          .observation = observation_of(json.at("observation")),
          .verdict = verdict_in(json.at("verdict")),
          .judgement = {named<Result>(json.at("result"), result_of_name), json.at("why")},
          .mend = json.at("mend")};
}

Json summary_json(const Tally& tally) {
  Json summary = Json::object();
  for (std::size_t i = 0; i < result_count; ++i)
    summary[result_name(static_cast<Result>(i))] = tally.of(static_cast<Result>(i));
  return summary;
}

Run run_in(const Json& json) {
  if (json.at("schema") != schema)
    throw nlohmann::json::other_error::create(501, fmt::format("its schema is not {}", schema), &json);
  Run run;
  run.ruleset = json.at("ruleset");
  run.mode = json.at("mode");
  run.kernel = json.at("kernel");
  run.sysctls = json.at("sysctls").get<std::map<std::string, std::string>>();
  run.seconds = json.at("seconds");
  run.profile = named<Profile>(json.at("profile"), profile_of_name);
  for (const Json& rule : json.at("rules")) run.rules.push_back(rule_in(rule));
  if (json.contains("chains"))
    for (const Json& chain : json.at("chains")) run.chains.push_back(chain_in(chain));
  for (const Json& one : json.at("cases")) run.cases.push_back(one_in(one));
  return run;
}

}  // namespace

std::string to_json(const Run& run) {
  Json rules = Json::array(), chains = Json::array(), cases = Json::array();
  for (const LoadedRule& rule : run.rules) rules.push_back(rule_json(rule));
  for (const HookedChain& chain : run.chains) chains.push_back(chain_json(chain));
  for (const CaseRun& one : run.cases) cases.push_back(one_json(run, one));
  const Json json{{"schema", schema},
                  {"ruleset", run.ruleset},
                  {"mode", run.mode},
                  {"kernel", run.kernel},
                  {"sysctls", run.sysctls},
                  {"seconds", run.seconds},
                  {"profile", profile_name(run.profile)},
                  {"summary", summary_json(tally_of(run))},
                  {"rules", rules},
                  {"chains", chains},
                  {"cases", cases}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Run run_from_json(const std::string& text, const std::string& name) try {
  return run_in(Json::parse(text));
} catch (const nlohmann::json::exception& fault) {
  throw UsageFault(fmt::format("{} is not a saved run", name), fault.what(),
                   "give a file that `tunstack firewall test --json` wrote");
}

}  // namespace tunstack::firewall
