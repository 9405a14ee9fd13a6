#include "tunstack/firewall/iptables_statements.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "tunstack/firewall/interface_list.hpp"
#include "tunstack/firewall/ruleset_text.hpp"

namespace tunstack::firewall {

namespace {

using Words = std::span<const std::string_view>;

std::string unquoted(std::string_view word) {
  const bool is_quoted =
      word.size() >= 2 && (word.front() == '"' || word.front() == '\'') && word.back() == word.front();
  return std::string(is_quoted ? word.substr(1, word.size() - 2) : word);
}

/// The number of a rule, from 1; 0 if the word is none.
std::size_t rule_number(Words words, std::size_t at) {
  std::size_t number = 0;
  if (at >= words.size()) return 0;
  const std::string_view word = words[at];
  const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), number);
  return fault == std::errc() && end == word.data() + word.size() ? number : 0;
}

bool is_command(std::string_view word) {
  return is_any(word, {"-A", "--append", "-I", "--insert", "-R", "--replace", "-D", "--delete", "-F", "--flush"});
}

class Restore {
 public:
  Restore(std::string_view text, std::string family) : text_(text), family_(std::move(family)) {}

  std::vector<SourceRule> rules() {
    for (const std::string_view line : lines_of(text_)) obey(stripped(line));
    return chains_.all();
  }

 private:
  void obey(std::string_view line) {
    if (line.starts_with("*")) {
      table_ = stripped(line.substr(1));
      chains_.flush(family_, table_, "");
      return;
    }
    const std::vector<std::string_view> all = line_words(line);
    Words words = all;
    if (is_of_other_family(words)) return;
    const auto verb = std::ranges::find_if(words, is_command);  // counters or a family may stand before it
    words = words.subspan(static_cast<std::size_t>(verb - words.begin()));
    if (words.size() > 1)
      command(line, words);
    else if (!words.empty() && is_any(words[0], {"-F", "--flush"}))
      chains_.flush(family_, table_, "");
  }

  /// One file for both is allowed: each program passes over what is for the other.
  bool is_of_other_family(Words words) const {
    return std::ranges::any_of(words, [this](std::string_view word) {
      return family_ == "ip" ? is_any(word, {"-6", "--ipv6"}) : is_any(word, {"-4", "--ipv4"});
    });
  }

  void command(std::string_view line, Words words) {
    const std::string_view verb = words[0];
    const std::size_t number = rule_number(words, 2);
    SourceRule rule = made(line, words);
    if (is_any(verb, {"-A", "--append"}))
      chains_.append(std::move(rule));
    else if (is_any(verb, {"-I", "--insert"}))
      chains_.insert(std::move(rule), std::max<std::size_t>(number, 1) - 1);
    else if (is_any(verb, {"-R", "--replace"}) && number > 0)
      chains_.replace(std::move(rule), number - 1);
    else if (is_any(verb, {"-D", "--delete"}) && number > 0)
      chains_.remove(family_, table_, rule.chain, number - 1);
    else if (is_any(verb, {"-D", "--delete"}))
      chains_.remove_same(rule);
    else if (is_any(verb, {"-F", "--flush"}))
      chains_.flush(family_, table_, rule.chain);
  }

  SourceRule made(std::string_view line, Words words) const {
    SourceRule rule;
    rule.family = family_;
    rule.table = table_;
    rule.chain = unquoted(words[1]);
    for (const std::string_view word : words) (rule.text += rule.text.empty() ? "" : " ") += word;
    rule.begin = static_cast<std::size_t>(line.data() - text_.data());
    rule.end = rule.begin + line.size();
    return rule;
  }

  std::string_view text_;
  std::string family_, table_;
  RuleChains chains_;
};

bool names_interface(std::string_view option) {
  return is_any(option, {"-i", "-o", "--in-interface", "--out-interface", "--physdev-in", "--physdev-out"});
}

}  // namespace

std::vector<SourceRule> iptables_rules(std::string_view text, const std::string& family) {
  return Restore(text, family).rules();
}

std::vector<NamedInterface> iptables_interfaces(std::string_view text) {
  InterfaceList found;
  for (const std::string_view line : lines_of(text)) {
    if (stripped(line).starts_with("#")) continue;
    const std::vector<std::string_view> words = line_words(line);
    for (std::size_t at = 0; at < words.size(); ++at) {
      const std::size_t equals = words[at].starts_with("--") ? words[at].find('=') : words[at].npos;
      if (!names_interface(words[at].substr(0, equals))) continue;
      if (at + 1 < words.size() && words[at + 1] == "!") ++at;  // as old versions write it
      if (equals != words[at].npos)
        found.add(unquoted(words[at].substr(equals + 1)), false, '+');
      else if (at + 1 < words.size())
        found.add(unquoted(words[++at]), false, '+');
    }
  }
  return found.take();
}

std::vector<NamedInterface> script_interfaces(std::string_view text) {
  std::string commands;
  for (const std::string_view line : lines_of(text))
    if (line.contains("iptables ") || line.contains("ip6tables ")) (commands += line) += '\n';
  std::vector<NamedInterface> found = iptables_interfaces(commands);
  std::erase_if(found, [](const NamedInterface& interface) { return interface.name.contains('$'); });
  return found;
}

std::optional<std::string> iptables_negated(std::string_view line) {
  const std::vector<std::string_view> words = line_words(line);
  std::string text;
  bool is_negated = false;
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (words[at] == "--reject-with") {
      ++at;  // an option of the target that goes
      continue;
    }
    const bool is_target = at > 0 && is_any(words[at - 1], {"-j", "--jump"});
    const bool is_verdict = is_target && is_any(words[at], {"ACCEPT", "DROP", "REJECT"});
    is_negated |= is_verdict;
    (text += text.empty() ? "" : " ") += !is_verdict ? words[at] : words[at] == "ACCEPT" ? "DROP" : "ACCEPT";
  }
  return is_negated ? std::optional(text) : std::nullopt;
}

}  // namespace tunstack::firewall
