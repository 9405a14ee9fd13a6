// The files of tunstack/firewall/catalogue, as they are compiled in.
#pragma once

#include <span>
#include <string_view>

namespace tunstack::firewall {

struct CatalogueText {
  std::string_view name;  // of the file: "fragments.toml"
  std::string_view text;
};

std::span<const CatalogueText> catalogue_texts();

}  // namespace tunstack::firewall
