// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/program_starts.hpp"

#include <fmt/format.h>

#include "common/base/error.hpp"

namespace pipeline {

void ProgramStarts::ended_in_vain(const std::string& why) {
    ended();
    if (++vain_ < kMostInVain) return;
    throw Failure(ExitStatus::NotDrained,
                  fmt::format("{} has ended {} times in a row before it had read an invoice: {}; nothing is "
                              "charged to the invoices, start again once the program starts",
                              program_, vain_, why));
}

}  // namespace pipeline
