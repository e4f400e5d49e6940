// SPDX-License-Identifier: Apache-2.0
// Looks at a consumer once, for supervisor --check.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "common/base/plural.hpp"
#include "producer/sources/nats/nats_open.hpp"
#include "producer/sources/nats/nats_session.hpp"

namespace pipeline {
namespace {

// Asks one server. Throws NatsTrouble or Failure.
std::string ask(const NatsPlan& plan, const std::string& server) {
    const auto state = std::make_shared<NatsState>();
    NatsSession session(1, server, plan, state);
    session.ask(NatsState::Clock::now());
    std::unique_lock lock(state->mutex);
    while (!session.has_answers()) {
        if (!state->wake.wait_until(lock, session.unanswered_at(), [&] { return !state->arrived.empty(); })) {
            const std::string why = session.connection().last_error();
            throw NatsTrouble(
                fmt::format("{}: JetStream does not answer{}{}", server, why.empty() ? "" : ": ", why),
                false);
        }
        const NatsMessage message = std::move(state->arrived.front());
        state->arrived.pop_front();
        static_cast<void>(session.take_answer(message));
    }
    const ConsumerInfo& consumer = session.consumer();
    std::string text = fmt::format("{} at {}, {} to deliver and {} unacknowledged", plan.address.name(),
                                   server, consumer.pending, counted(consumer.unacknowledged, "message"));
    for (const std::string& concern : concerns_of(plan.address, session.stream(), consumer))
        text += "; " + concern;
    return text;
}

}  // namespace

std::string probe_nats(const SourceSpec& spec) {
    NatsPlan plan;
    plan.address = spec.nats;
    plan.settings = nats_settings(process_environment());
    std::string why;
    for (const std::string& server : plan.address.servers) {
        try {
            return ask(plan, server);
        } catch (const NatsTrouble& trouble) {
            why += (why.empty() ? "" : "; ") + std::string(trouble.what());
        }
    }
    throw Failure(ExitStatus::NoInput, "no connection to NATS: " + why);
}

}  // namespace pipeline
