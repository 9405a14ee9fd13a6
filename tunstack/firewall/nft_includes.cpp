#include "tunstack/firewall/nft_includes.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "tunstack/fault.hpp"
#include "tunstack/firewall/nft_tokens.hpp"
#include "tunstack/firewall/ruleset_text.hpp"

namespace tunstack::firewall {

namespace {

namespace fs = std::filesystem;
using Kind = NftToken::Kind;

constexpr std::size_t longest_path = 400;  // that is told

constexpr std::size_t deepest_include = 16;  // as of nft

bool has_wildcard(const std::string& path) { return path.find_first_of("*?[") != path.npos; }

/// All files that match, sorted as nft sorts them; a wildcard may match nothing.
std::vector<fs::path> matching(const fs::path& pattern) {
  std::vector<fs::path> found;
  std::error_code ignored;
  const fs::path directory = pattern.has_parent_path() ? pattern.parent_path() : fs::path(".");
  for (fs::directory_iterator entry(directory, ignored), end; !ignored && entry != end; entry.increment(ignored))
    if (::fnmatch(pattern.filename().c_str(), entry->path().filename().c_str(), FNM_PERIOD) == 0 &&
        !entry->is_directory(ignored))
      found.push_back(entry->path());
  std::ranges::sort(found);
  return found;
}

class Includer {
 public:
  IncludedText take_result() { return {std::move(text_), std::move(pieces_)}; }

  void add(const std::string& text, const std::string& name) {
    std::error_code ignored;
    open_.push_back(fs::weakly_canonical(name, ignored));
    const std::vector<NftToken> tokens = nft_tokens(text);
    std::size_t done = 0;
    for (std::size_t at = 0; at + 1 < tokens.size(); ++at) {
      if (!is_include(tokens, at)) continue;
      copy(text, done, tokens[at].begin, name);
      include(std::string(tokens[at + 1].text), place(text, tokens[at].begin, name));
      done = tokens[at + 1].end;
    }
    copy(text, done, text.size(), name);
    open_.pop_back();
  }

 private:
  static bool is_include(const std::vector<NftToken>& tokens, std::size_t at) {
    const bool begins = at == 0 || tokens[at - 1].is(Kind::separator) || tokens[at - 1].is(Kind::open);
    return begins && tokens[at].is_word("include") && tokens[at + 1].is(Kind::string);
  }

  static SourcePlace place(std::string_view text, std::size_t offset, const std::string& name) {
    const std::size_t before = text.substr(0, offset).rfind('\n');
    const std::size_t begin = before == text.npos ? 0 : before + 1;
    return {.file = name, .line = line_of(text, offset), .column = static_cast<unsigned>(offset - begin) + 1};
  }

  void copy(const std::string& text, std::size_t begin, std::size_t end, const std::string& name) {
    if (begin >= end) return;
    pieces_.emplace_back(text_.size(), place(text, begin, name));
    text_.append(text, begin, end - begin);
    if (text_.size() > longest_ruleset)
      throw UsageFault(fmt::format("{}: the ruleset is too long", name),
                       fmt::format("with all that it includes it has more than {} MiB", longest_ruleset >> 20),
                       "look for a file that is included again and again");
  }

  void include(const std::string& path, const SourcePlace& from) {
    const std::string where = fmt::format("{}:{}: ", from.file, from.line);
    if (open_.size() >= deepest_include)
      throw UsageFault(where + "files include each other too deeply", fmt::format("nft stops at {}", deepest_include),
                       "include them from one file");
    for (const fs::path& file : files(path, from.file, where)) {
      std::error_code ignored;
      if (std::ranges::find(open_, fs::weakly_canonical(file, ignored)) != open_.end())
        throw UsageFault(fmt::format("{}'{}' is included by itself", where, printable(path, longest_path)),
                         "the includes lead in a circle", "take one of them out");
      add(read_text_file(file, where), file);
      if (!text_.empty() && text_.back() != '\n') copy("\n", 0, 1, file);
    }
  }

  /// Looked for beside the file that includes it, so that a copy of /etc is read whole, then where nft looks.
  static std::vector<fs::path> files(const std::string& path, const std::string& includer, const std::string& where) {
    const fs::path candidates[] = {fs::path(includer).parent_path() / path, fs::path(path), fs::path("/etc") / path};
    if (has_wildcard(fs::path(path).parent_path()))
      throw UsageFault(fmt::format("{}cannot include '{}'", where, printable(path, longest_path)),
                       "wildcards in names of directories are not read", "use them in the name of the file only");
    for (const fs::path& candidate : candidates) {
      if (has_wildcard(path)) {
        if (auto found = matching(candidate); !found.empty()) return found;
      } else if (std::error_code ignored; fs::exists(candidate, ignored)) {
        return {candidate};
      }
    }
    if (has_wildcard(path)) return {};
    throw UsageFault(fmt::format("{}there is no file '{}'", where, printable(path, longest_path)),
                     "an include leads nowhere", "give the path from the including file, or the whole path");
  }

  std::string text_;
  std::vector<std::pair<std::size_t, SourcePlace>> pieces_;
  std::vector<fs::path> open_;  // the files that are being read
};

}  // namespace

IncludedText with_includes(const std::string& text, const std::string& name) {
  Includer includer;
  includer.add(text, name);
  return includer.take_result();
}

std::string read_text_file(const std::string& path, const std::string& from) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored))
    throw UsageFault(fmt::format("{}cannot read {}", from, printable(path, longest_path)), "it is a directory",
                     "give a file");
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open())
    throw UsageFault(fmt::format("{}cannot read {}", from, printable(path, longest_path)), std::strerror(errno),
                     "give a file that this user may read");
  return read_text(file, from + printable(path, longest_path));
}

std::string read_text(std::istream& stream, const std::string& name) {
  std::string text;
  for (std::array<char, 65536> part{}; stream && text.size() <= longest_ruleset;) {
    stream.read(part.data(), part.size());
    text.append(part.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad())
    throw UsageFault(fmt::format("cannot read {}", name), std::strerror(errno), "give a file that can be read");
  if (text.size() > longest_ruleset)
    throw UsageFault(fmt::format("{} is too long", name),
                     fmt::format("a ruleset may have {} MiB", longest_ruleset >> 20), "give the ruleset alone");
  return text;
}

}  // namespace tunstack::firewall
