// SPDX-License-Identifier: Apache-2.0
#include "supervisor/reload.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/log.hpp"
#include "common/base/printable.hpp"
#include "supervisor/children/child_arguments.hpp"
#include "supervisor/options/changed_options.hpp"
#include "supervisor/preflight/preflight.hpp"

namespace pipeline {
namespace {

bool works_outside(const Options& options) noexcept {
    return options.process.is_program() || options.outside.isolate;
}

// Refuses a pipe: the first reading has emptied it, and another one would wait for a writer.
void require_readable_again(const std::string& config_file) {
    struct stat status {};
    if (config_file.empty() || ::stat(config_file.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
    throw Failure(ExitStatus::Configuration,
                  fmt::format("--config {}: cannot be read again, because it is no regular file",
                              in_quotes(config_file)));
}

}  // namespace

bool start_programs(const Options& options) noexcept {
    return works_outside(options) || options.source.traits().input == SourceTraits::Input::Program;
}

std::chrono::nanoseconds watched_item_timeout(const Options& options) noexcept {
    constexpr std::chrono::seconds kForTheConsumer{5};
    const bool has_second_line = works_outside(options) && options.item_timeout > options.item_timeout.zero();
    return options.item_timeout + (has_second_line ? kForTheConsumer : kForTheConsumer.zero());
}

Reload::Reload(Options& options, const Segments& segments, Children& children, Watch& watch, Notify& notify,
               Reread reread)
    : options_(options),
      segments_(segments),
      children_(children),
      watch_(watch),
      notify_(notify),
      reread_(std::move(reread)) {}

bool Reload::read_again() {
    ChangedOptions change;
    try {
        require_readable_again(options_.config_file);
        change = change_options(options_, reread_());
        const Preflight preflight(change.options, Directories::Look);
        preflight.descriptors();
        preflight.program();
    } catch (const std::exception& refusal) {
        log(LogLevel::Error, "SIGHUP: {}; nothing is changed", refusal.what());
        return false;
    }
    for (const std::string& line : change.kept) log(LogLevel::Notice, "SIGHUP: {}", line);
    for (const std::string& line : change.changed) log(LogLevel::Notice, "SIGHUP: {}", line);
    if (change.changed.empty()) return true;
    const auto producer_before = producer_arguments(options_);
    options_ = std::move(change.options);
    take_over(producer_before);
    return true;
}

// Makes the options known to the supervisor's own parts and to the children that will start.
void Reload::take_over(const std::vector<std::string>& producer_before) {
    configure_log("supervisor", options_.log_level, options_.log_format);
    watch_.set_item_timeout(watched_item_timeout(options_));
    notify_.set_item_timeout(watched_item_timeout(options_));
    segments_.metrics().supervisor.flush_interval_ns.store(
        static_cast<std::uint64_t>(options_.flush_interval.count()), std::memory_order_relaxed);
    // Without a rate, nobody moves the time of the next attempt any more.
    if (!options_.rate) segments_.ring().area().next_begin_ns.store(0, std::memory_order_relaxed);
    if (start_programs(options_)) children_.adopt_programs();
    for (Child& consumer : children_.consumers())
        consumer.arguments = consumer_arguments(options_, consumer.place);
    replace_producer(producer_before);
}

void Reload::replace_producer(const std::vector<std::string>& before) {
    Child& producer = children_.producer();
    const auto wanted = producer_arguments(options_);
    if (wanted == before) return;
    if (!options_.source.traits().can_repeat) {
        for (const std::string& argument : wanted) {
            if (std::find(before.begin(), before.end(), argument) != before.end()) continue;
            log(LogLevel::Notice,
                "SIGHUP: the producer takes {} with the next start: {} cannot be read again, and it goes on "
                "with what it has",
                argument, options_.source.traits().noun);
        }
        return;
    }
    producer.arguments = wanted;
    if (producer.state != Child::State::Running) return;
    // A kill at any instruction loses nothing: the next producer goes on behind the last item in the ring.
    producer.is_replaced = true;
    ::kill(producer.process.pid, SIGKILL);
}

}  // namespace pipeline
