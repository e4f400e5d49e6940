// SPDX-License-Identifier: Apache-2.0
#include "observer/show/prometheus.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <limits>
#include <sstream>
#include <utility>
#include <vector>

#include "common/base/printable.hpp"

namespace pipeline {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kNsPerSecond = 1e9;
constexpr std::array<Activity, kActivities> kAll{Activity::Working, Activity::WaitingForInput,
                                                 Activity::WaitingForRoom, Activity::Flushing};

// The families of one scrape, each with its name's prefix and the pipeline's label. Prometheus would refuse
// the whole scrape for a label that is not UTF-8.
class Families {
  public:
    explicit Families(std::string pipeline) : pipeline_(std::move(pipeline)) {}

    void begin(const char* name, const char* help, MetricType type) {
        MetricFamily family;
        family.name = std::string("invoice_pipeline_") + name;
        family.help = help;
        family.type = type;
        families_.push_back(std::move(family));
    }
    void add(double value, Labels labels = {}) {
        ClientMetric metric;
        metric.label = with_pipeline(std::move(labels));
        if (families_.back().type == MetricType::Counter) {
            metric.counter.value = value;
        } else {
            metric.gauge.value = value;
        }
        families_.back().metric.push_back(std::move(metric));
    }
    void add(const ClientMetric::Histogram& histogram) {
        ClientMetric metric;
        metric.label = with_pipeline({});
        metric.histogram = histogram;
        families_.back().metric.push_back(std::move(metric));
    }
    void gauge(const char* name, const char* help, double value) {
        begin(name, help, MetricType::Gauge);
        add(value);
    }
    void counter(const char* name, const char* help, std::uint64_t value) {
        begin(name, help, MetricType::Counter);
        add(static_cast<double>(value));
    }
    [[nodiscard]] const std::vector<MetricFamily>& all() const noexcept { return families_; }

  private:
    [[nodiscard]] Labels with_pipeline(Labels labels) const {
        labels.insert(labels.begin(), ClientMetric::Label{"pipeline", pipeline_});
        for (ClientMetric::Label& label : labels) label.value = safe_line(label.value);
        return labels;
    }
    std::string pipeline_;
    std::vector<MetricFamily> families_;
};

// From a microsecond to 17 minutes, at about the powers of two. The bounds are those of buckets in shared
// memory, so the counts are exact. A bucket there counts values below its upper bound, while Prometheus's
// `le` includes the bound: a difference of a nanosecond.
ClientMetric::Histogram coarse(const Histogram& fine) {
    constexpr unsigned kFirst = 10;
    constexpr unsigned kLast = 40;
    ClientMetric::Histogram histogram;
    for (unsigned bits = kFirst; bits <= kLast; bits += 2) {
        const std::uint64_t bound = std::uint64_t{1} << bits;
        histogram.bucket.push_back({fine.below(bound), static_cast<double>(bound) / kNsPerSecond});
    }
    histogram.sample_count = fine.total();
    histogram.bucket.push_back({histogram.sample_count, std::numeric_limits<double>::infinity()});
    histogram.sample_sum = fine.sum_ns() / kNsPerSecond;
    return histogram;
}

void add_flow(Families& families, const Observation& now) {
    const Flow& flow = now.flow();
    families.counter("acquired_invoices_total", "Invoices that came into the ring.", flow.acquired);
    families.counter("processed_invoices_total", "Invoices whose results were saved.", flow.saved);
    families.begin("stored_invoices_total", "Invoices in the ledger, by what became of them.",
                   MetricType::Counter);
    for (const auto& [status, count] :
         {std::pair("booked", flow.outcomes.booked), std::pair("rejected", flow.outcomes.rejected),
          std::pair("failed", flow.outcomes.failed), std::pair("duplicate", flow.outcomes.duplicates)})
        families.add(static_cast<double>(count), {{"status", status}});
    families.begin("in_flight_invoices",
                   "Invoices that are acquired and not in the ledger, by where they are.", MetricType::Gauge);
    for (const auto& [where, count] : {std::pair("ring", flow.in_ring), std::pair("hands", flow.in_hands),
                                       std::pair("storage", now.in_storage())})
        families.add(static_cast<double>(count), {{"where", where}});
    families.gauge("ring_capacity_invoices", "Invoices that the ring can hold.",
                   static_cast<double>(now.ring_capacity));
    families.gauge("storage_capacity_records", "Results that the storage can hold.",
                   static_cast<double>(now.storage_capacity));
    families.gauge("storage_records", "Results in the storage, those that the source does not know of too.",
                   flow.saved > now.released ? static_cast<double>(flow.saved - now.released) : 0);
    const bool has_oldest = now.oldest_acquired_ns && *now.oldest_acquired_ns < now.at_ns;
    families.gauge("oldest_invoice_age_seconds",
                   "How long the oldest invoice that is not in the ledger has been under way.",
                   has_oldest ? static_cast<double>(now.at_ns - *now.oldest_acquired_ns) / kNsPerSecond : 0);
}

void add_ledger(Families& families, const Observation& now) {
    const LedgerCondition& ledger = now.ledger_condition;
    const auto lasts = [&now](std::uint64_t since_ns) {
        return now.at_ns > since_ns ? static_cast<double>(now.at_ns - since_ns) / kNsPerSecond : 0;
    };
    families.counter("ledger_commits_total", "Commits that ended well.", ledger.commits);
    families.counter("ledger_errors_total", "Commits that failed.", ledger.errors);
    families.gauge("ledger_failing_seconds", "For how long commits have failed.",
                   ledger.failing_since_ns == 0 ? 0 : lasts(ledger.failing_since_ns));
    families.gauge("ledger_unstored_seconds", "How long results have been waiting without a commit.",
                   ledger.unstored_since_ns ? lasts(*ledger.unstored_since_ns) : 0);
    families.gauge(
        "ledger_last_commit_timestamp_seconds", "When the last commit ended.",
        ledger.last_commit_ns == 0 ? 0 : static_cast<double>(now.at.at_us(ledger.last_commit_ns)) / 1e6);
    families.gauge("ledger_last_commit_seconds", "How long the last commit took.",
                   static_cast<double>(ledger.last_took_ns) / kNsPerSecond);
    const auto bytes = [&families](const char* name, const char* help,
                                   const std::optional<std::uint64_t>& number) {
        if (number) families.gauge(name, help, static_cast<double>(*number));
    };
    bytes("ledger_free_bytes", "Free space of the ledger's file system.", ledger.room.free_bytes);
    bytes("ledger_file_bytes", "Size of the ledger's file.", ledger.room.file_bytes);
    bytes("ledger_log_bytes", "Size of the ledger's log.", ledger.room.log_bytes);
}

void add_source(Families& families, const Observation& now) {
    const SourceCondition& source = now.source_condition;
    families.begin("source_state", "1 for the state that the source is in.", MetricType::Gauge);
    for (auto i = static_cast<std::uint32_t>(SourceState::Fine);
         i <= static_cast<std::uint32_t>(SourceState::Unreadable); ++i) {
        const auto state = static_cast<SourceState>(i);
        families.add(state == source.state ? 1 : 0, {{"state", std::string(to_text(state))}});
    }
    families.gauge("source_paused", "1 if it is paused.", now.is_paused ? 1 : 0);
    families.gauge("source_backlog_invoices", "Invoices that lie in the source and are not acquired.",
                   static_cast<double>(source.backlog));
    families.gauge("source_oldest_age_seconds", "How long the oldest of them has been waiting.",
                   source.waiting_seconds(now.at.now_us()));
    families.gauge("source_unmoved_files", "Files that are in the ledger and could not be moved yet.",
                   static_cast<double>(source.unmoved));
    families.gauge("source_passed_over_entries", "Entries that could not be looked at.",
                   static_cast<double>(source.passed_over));
    families.counter("unusable_ids_total", "Ids that could not be used.", source.unusable_ids);
}

void add_health(Families& families, const Health& health) {
    families.gauge("healthy", "1 if it does what it is there for; /healthz and --once say why not.",
                   health.is_good ? 1 : 0);
    families.begin("health_state", "1 for the state that it is in.", MetricType::Gauge);
    for (auto i = static_cast<std::uint8_t>(HealthState::Absent);
         i <= static_cast<std::uint8_t>(HealthState::Fine); ++i) {
        const auto state = static_cast<HealthState>(i);
        families.add(state == health.state ? 1 : 0, {{"state", std::string(to_text(state))}});
    }
}

void add_histograms(Families& families, const Observation& now) {
    const auto add = [&families](const char* name, const char* help, const Histogram& histogram) {
        families.begin(name, help, MetricType::Histogram);
        families.add(coarse(histogram));
    };
    add("waiting_seconds", "From being acquired until the processing began.", now.waiting);
    add("processing_seconds", "How long the processing took.", now.processing);
    add("until_durable_seconds", "From being acquired until it was in the ledger.", now.until_durable);
}

// Each process's labels, and its observation.
std::vector<std::pair<Labels, const ProcessObservation*>> processes_of(const Observation& now) {
    std::vector<std::pair<Labels, const ProcessObservation*>> all;
    all.push_back({{{"process", "producer"}, {"place", ""}}, &now.producer});
    for (const ConsumerObservation& consumer : now.consumers)
        all.push_back({{{"process", "consumer"}, {"place", std::to_string(consumer.place)}}, &consumer});
    return all;
}

void add_processes(Families& families, const Observation& now) {
    const auto all = processes_of(now);
    families.begin("processes", "Producer and consumers, by their state.", MetricType::Gauge);
    for (const ProcessState state :
         {ProcessState::Running, ProcessState::Stopped, ProcessState::Dead, ProcessState::Unknown}) {
        const auto count = std::count_if(all.begin(), all.end(),
                                         [state](const auto& each) { return each.second->state == state; });
        families.add(static_cast<double>(count), {{"state", std::string(to_text(state))}});
    }
    families.gauge("wanted_consumers", "Consumers that the supervisor wants to run.",
                   now.supervisor.wanted_consumers);
    families.begin("activity_seconds_total", "What a process has spent its time on.", MetricType::Counter);
    for (const auto& [labels, process] : all) {
        for (const Activity activity : kAll) {
            Labels own = labels;
            own.push_back({"activity", std::string(to_text(activity))});
            families.add(
                static_cast<double>(process->time.ns[static_cast<std::size_t>(activity)]) / kNsPerSecond,
                own);
        }
    }
    families.begin("deaths_total", "Processes that had to be replaced.", MetricType::Counter);
    for (const auto& [labels, process] : all)
        families.add(static_cast<double>(process->deaths.count), labels);
    families.begin("private_memory_bytes", "Physical memory of a process without what it shares.",
                   MetricType::Gauge);
    for (const auto& [labels, process] : all)
        families.add(static_cast<double>(process->private_bytes), labels);
}

}  // namespace

std::string prometheus_text(const View& view) {
    Families families(view.name);
    families.gauge("up", "1 if there is a pipeline of that name that can be looked at.",
                   view.is_attached ? 1 : 0);
    add_health(families, view.health);
    if (view.now) {
        families.begin("info", "Where the invoices come from and go to.", MetricType::Gauge);
        families.add(1, {{"source", printable(view.now->source)}, {"ledger", printable(view.now->ledger)}});
        families.gauge("last_moved_timestamp_seconds", "When an invoice got further for the last time.",
                       view.moved_ns == 0 ? 0 : static_cast<double>(view.now->at.at_us(view.moved_ns)) / 1e6);
        add_flow(families, *view.now);
        add_ledger(families, *view.now);
        add_source(families, *view.now);
        add_histograms(families, *view.now);
        add_processes(families, *view.now);
    }
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families.all());
    return text.str();
}

}  // namespace pipeline
