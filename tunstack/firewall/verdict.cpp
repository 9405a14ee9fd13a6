#include "tunstack/firewall/verdict.hpp"
