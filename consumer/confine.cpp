// SPDX-License-Identifier: Apache-2.0
#include "consumer/confine.hpp"

#include <filesystem>
#include <string>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/os/confinement.hpp"

namespace pipeline {

std::shared_ptr<const UniqueFd> confine(const ConsumerOptions& options) {
    if (!options.outside.isolate && !options.outside.confine) return nullptr;
    ConfinementPlan plan;
    plan.closed = {"/dev/shm"};
    if (!options.ledger.path.empty()) plan.closed.push_back(options.ledger.path);
    plan.may_write = options.process.is_program();
    try {
        return std::make_shared<const UniqueFd>(make_rule_set(plan));
    } catch (const Failure& failure) {
        if (options.outside.confine) {
            throw Failure(failure.status(),
                          std::string("--confine is not possible here: ") + failure.what() +
                              "; leave it out, and programs can reach segments and ledger by name");
        }
        log(LogLevel::Info, "isolated processes are not confined: {}", failure.what());
        return nullptr;
    }
}

}  // namespace pipeline
