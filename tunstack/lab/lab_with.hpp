// `--with KEY=VALUE`: what is said beside a lab file, as if it stood in it.
#pragma once

#include <toml++/toml.h>

#include "tunstack/lab/lab_fault.hpp"

namespace tunstack::lab {

/// "link.core.mtu=1280": the path of a key and its value, a text where TOML has nothing else for it.
void say_with(toml::table& file, const std::string& assignment, Faults& faults);

}  // namespace tunstack::lab
