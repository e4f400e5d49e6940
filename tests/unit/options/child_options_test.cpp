// SPDX-License-Identifier: Apache-2.0
#include "common/options/consumer_options.hpp"
#include "common/options/producer_options.hpp"
#include "tests/support/command_line_support.hpp"

using namespace std::chrono_literals;
using pipeline::ConsumerOptions;
using pipeline::EarlyExit;
using pipeline::LogFormat;
using pipeline::LogLevel;
using pipeline::parse_consumer_options;
using pipeline::parse_ledger;
using pipeline::parse_process;
using pipeline::parse_producer_options;
using pipeline::parse_source;
using pipeline::ProducerOptions;
using pipeline::to_arguments;
using pipeline::test::pointers_to;
using pipeline::test::usage_error_of;

namespace {

using Arguments = std::vector<std::string>;

ProducerOptions producer(const Arguments& arguments) {
    return std::get<ProducerOptions>(parse_producer_options(pointers_to(arguments)));
}
ConsumerOptions consumer(const Arguments& arguments) {
    return std::get<ConsumerOptions>(parse_consumer_options(pointers_to(arguments)));
}
std::string producer_error(const Arguments& arguments) {
    return usage_error_of([&] { return parse_producer_options(pointers_to(arguments)); });
}
std::string consumer_error(const Arguments& arguments) {
    return usage_error_of([&] { return parse_consumer_options(pointers_to(arguments)); });
}

Arguments without(Arguments arguments, const std::string& name) {
    std::erase_if(arguments, [&](const std::string& argument) { return argument.starts_with(name + "="); });
    return arguments;
}

}  // namespace

TEST_CASE("a producer gets every option as the supervisor meant it", "[options]") {
    ProducerOptions meant;
    meant.name = "test.1";
    meant.shm_dir = "/run/x y";
    meant.source = parse_source("spool:/a b/-c");
    meant.once = true;
    meant.rate = 1.0 / 3;
    meant.spool = {5s, 0s, "*.xml", "@(a|b) c*"};
    meant.batch_max = 1;
    meant.log_level = LogLevel::Debug;
    meant.log_format = LogFormat::Json;
    meant.parent = 4'194'304;
    meant.drain_timeout = 1500ms;

    const auto got = producer(to_arguments(meant));
    CHECK(got.name == meant.name);
    CHECK(got.shm_dir == meant.shm_dir);
    CHECK(got.segments() == "/run/x y/test.1");
    CHECK(got.source.text() == meant.source.text());
    CHECK(got.once);
    CHECK(got.rate == meant.rate);
    CHECK(got.spool.rescan == 5s);
    CHECK(got.spool.settle_time == 0s);
    CHECK(got.spool.include == meant.spool.include);
    CHECK(got.spool.exclude == meant.spool.exclude);
    CHECK(got.batch_max == meant.batch_max);
    CHECK(got.log_level == meant.log_level);
    CHECK(got.log_format == LogFormat::Json);
    CHECK(got.parent == meant.parent);
    CHECK(got.drain_timeout == meant.drain_timeout);
    CHECK(to_arguments(got) == to_arguments(meant));
}

TEST_CASE("producer and consumer know an exec: source by its origin", "[options]") {
    ProducerOptions meant;
    meant.source = parse_source("exec:feed -q");
    meant.origin = "orders.1";
    meant.every = 90s;
    meant.parent = 1;
    const auto got = producer(to_arguments(meant));
    CHECK(got.source.name() == "exec:orders.1");
    CHECK(got.every == 90s);
    ConsumerOptions other;
    other.source = meant.source;
    other.origin = meant.origin;
    other.ledger = parse_ledger("none");
    other.parent = 1;
    CHECK(consumer(to_arguments(other)).source.name() == "exec:orders.1");
}

TEST_CASE("a producer is not told what it is to do without", "[options]") {
    ProducerOptions meant;
    meant.source = parse_source("sequence");
    meant.parent = 1;
    const auto arguments = to_arguments(meant);
    CHECK(std::count(arguments.begin(), arguments.end(), "--once") == 0);
    CHECK(without(arguments, "--rate") == arguments);
    const auto got = producer(arguments);
    CHECK_FALSE(got.once);
    CHECK_FALSE(got.rate.has_value());
}

TEST_CASE("every source, processor and ledger reaches the children unchanged", "[options]") {
    for (const auto* source : {"spool:/in", "lines:/ids", "lines:/-", "lines:-", "lines0:/ids", "lines0:-",
                               "sequence", "sequence:0", "sequence:1099511627776", "exec:./feed 'a b' ''"}) {
        ProducerOptions meant;
        meant.source = parse_source(source);
        meant.parent = 1;
        CHECK(producer(to_arguments(meant)).source.text() == source);
        for (const auto* process : {"invoice", "none", "simulate:0", "simulate:50us", "simulate:cpu=2ms",
                                    "exec:./a 'b c'", "each:a {} ''"}) {
            for (const auto* ledger : {"none", "sqlite:/l.db", "sqlite:/none"}) {
                ConsumerOptions other;
                other.source = parse_source(source);
                other.process = parse_process(process);
                other.ledger = parse_ledger(ledger);
                other.parent = 1;
                const auto got = consumer(to_arguments(other));
                CHECK(got.source.text() == source);
                CHECK(got.process.text() == process);
                CHECK(got.ledger.text() == ledger);
            }
        }
    }
}

TEST_CASE("a consumer gets every option as the supervisor meant it", "[options]") {
    ConsumerOptions meant;
    meant.name = "test.1";
    meant.shm_dir = "/run/x y";
    meant.place = 255;
    meant.source = parse_source("lines:-");
    meant.process = parse_process("simulate:cpu=50us");
    meant.outside = {true,
                     5'242'880,
                     pipeline::SameNumber::Reject,
                     true,
                     pipeline::RequestForm::Json,
                     64,
                     std::uint64_t{512} << 20U,
                     1000,
                     2min,
                     pipeline::InputForm::Body,
                     true};
    meant.serve = true;
    meant.ledger = parse_ledger("sqlite:/ledger with space.db");
    meant.batch_max = 7;
    meant.rate = 1.0 / 3;
    meant.max_attempts = 255;
    meant.item_timeout = 30s;
    meant.flush_interval = 1ms;
    meant.log_level = LogLevel::Error;
    meant.log_format = LogFormat::Json;
    meant.parent = 4711;

    const auto got = consumer(to_arguments(meant));
    CHECK(got.name == meant.name);
    CHECK(got.shm_dir == meant.shm_dir);
    CHECK(got.segments() == "/run/x y/test.1");
    CHECK(got.place == meant.place);
    CHECK(got.source.text() == meant.source.text());
    CHECK(got.process.text() == meant.process.text());
    CHECK(got.ledger.text() == meant.ledger.text());
    CHECK(got.outside.isolate);
    CHECK(got.outside.confine);
    CHECK(got.outside.request == pipeline::RequestForm::Json);
    CHECK(got.outside.pipeline == 64);
    CHECK(got.outside.memory_limit == 536'870'912);
    CHECK(got.outside.max_items_per_child == 1000);
    CHECK(got.outside.start_timeout == 2min);
    CHECK(got.outside.standard_input == pipeline::InputForm::Body);
    CHECK(got.outside.keep_output);
    CHECK(got.outside.invoice_max_size == 5'242'880);
    CHECK(got.serve);
    CHECK(got.batch_max == meant.batch_max);
    CHECK(got.rate == meant.rate);
    CHECK(got.max_attempts == meant.max_attempts);
    CHECK(got.item_timeout == meant.item_timeout);
    CHECK(got.flush_interval == meant.flush_interval);
    CHECK(got.log_level == meant.log_level);
    CHECK(got.log_format == LogFormat::Json);
    CHECK(got.parent == meant.parent);
    CHECK(to_arguments(got) == to_arguments(meant));
}

TEST_CASE("a child that is started without what it needs says what is missing", "[options]") {
    const Arguments of_producer{"--source=sequence", "--parent=1"};
    CHECK(producer(of_producer).name == "invoice-pipeline");
    CHECK(producer_error({}) == "--source is missing: the supervisor gives it");
    CHECK(producer_error(without(of_producer, "--parent")) ==
          "--parent is missing: the supervisor starts this program and gives it");

    const Arguments of_consumer{"--place=0", "--source=sequence", "--ledger=none", "--parent=1"};
    CHECK(consumer(of_consumer).max_attempts == 3);
    for (const auto* name : {"--place", "--source", "--ledger"}) {
        CHECK(consumer_error(without(of_consumer, name)) ==
              std::string(name) + " is missing: the supervisor gives it");
    }
    CHECK(consumer_error(without(of_consumer, "--parent")) ==
          "--parent is missing: the supervisor starts this program and gives it");
}

TEST_CASE("a value that a child cannot take is refused in one line", "[options]") {
    CHECK(consumer_error({"--place", "256"}) == "--place '256': a whole number from 0 to 255 is accepted");
    CHECK(consumer_error({"--parent", "0"}) == "--parent '0': a whole number from 1 to 4194304 is accepted");
    CHECK(consumer_error({"--max-attempts", "0"}) ==
          "--max-attempts '0': a whole number from 1 to 255 is accepted");
    CHECK(producer_error({"--batch-max", "257"}) ==
          "--batch-max '257': a whole number from 1 to 256 is accepted");
    CHECK(producer_error({"--place", "1"}) == "unknown option '--place': --help lists what is accepted");
    CHECK(producer_error({"--config", "x"}) == "unknown option '--config': --help lists what is accepted");
    CHECK(consumer_error({"--once"}) == "unknown option '--once': --help lists what is accepted");
}

TEST_CASE("the help of a child says that the supervisor starts it and lists its options", "[options]") {
    const Arguments help{"--help"};
    const auto producer_help = std::get<EarlyExit>(parse_producer_options(pointers_to(help))).text;
    CHECK(producer_help.find("Started by the supervisor") != std::string::npos);
    for (const auto* name : {"name", "source", "once", "rate", "batch-max", "log-level", "parent",
                             "drain-timeout", "help", "version"}) {
        CHECK(producer_help.find("\n  --" + std::string(name) + " ") != std::string::npos);
    }
    const auto consumer_help = std::get<EarlyExit>(parse_consumer_options(pointers_to(help))).text;
    CHECK(consumer_help.find("Started by the supervisor") != std::string::npos);
    for (const auto* name : {"name", "place", "source", "process", "ledger", "rate", "batch-max",
                             "max-attempts", "flush-interval", "log-level", "parent", "help", "version"}) {
        CHECK(consumer_help.find("\n  --" + std::string(name) + " ") != std::string::npos);
    }
    const Arguments version{"--version"};
    CHECK(std::get<EarlyExit>(parse_producer_options(pointers_to(version))).text ==
          "producer (invoice-pipeline) " PIPELINE_VERSION "\n");
    CHECK(std::get<EarlyExit>(parse_consumer_options(pointers_to(version))).text ==
          "consumer (invoice-pipeline) " PIPELINE_VERSION "\n");
}
