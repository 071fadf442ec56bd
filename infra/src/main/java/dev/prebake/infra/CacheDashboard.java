package dev.prebake.infra;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Dashboard;
import software.amazon.awscdk.services.cloudwatch.GraphWidget;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.MathExpression;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.cloudwatch.SearchExpression;
import software.amazon.awscdk.services.cloudwatch.Unit;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.logs.FilterPattern;
import software.amazon.awscdk.services.logs.ILogGroup;
import software.amazon.awscdk.services.logs.MetricFilter;
import software.amazon.awscdk.services.stepfunctions.StateMachine;
import software.constructs.Construct;

/**
 * The dashboard of a cache: Step Functions' and Lambda's metrics, Fast Snapshot Restore's of EBS, and what the bakes' reports say,
 * which metric filters read from the bakes' log. The SSM agent writes what a command prints as one event up to 200,000 bytes, and on
 * standard output that is the report and nothing else.
 */
final class CacheDashboard {
    /** https://docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html#fast-snapshot-restore-metrics */
    private static final String FAST_RESTORE_CREDITS =
            "SEARCH('{AWS/EBS,AvailabilityZone,SnapshotId} MetricName=\"FastSnapshotRestoreCreditsBalance\"', 'Average', 300)";

    private static final int HALF = 12;

    private final Construct scope;
    private final ILogGroup bakeLogs;
    private final String namespace;

    CacheDashboard(Construct scope, ILogGroup bakeLogs, String cacheName) {
        this.scope = scope;
        this.bakeLogs = bakeLogs;
        namespace = "Prebake/" + cacheName;
    }

    void build(StateMachine workflow, List<Function> functions) {
        MetricOptions sums = MetricOptions.builder()
                .statistic("Sum")
                .period(Duration.minutes(5))
                .build();
        Metric total = ofReport("BakeSeconds", "$.seconds.total", Unit.SECONDS);
        Dashboard dashboard = Dashboard.Builder.create(scope, "Dashboard").build();
        dashboard.addWidgets(
                graph(
                        "Executions",
                        List.of(
                                workflow.metricStarted(sums),
                                workflow.metricSucceeded(sums),
                                workflow.metricFailed(sums),
                                workflow.metricTimedOut(sums),
                                workflow.metricAborted(sums))),
                graph("Duration of an execution", List.of(workflow.metricTime())));
        dashboard.addWidgets(
                graph(
                        "Duration of a bake, by phase",
                        List.of(
                                ofReport("PrepareSeconds", "$.seconds.prepare", Unit.SECONDS),
                                ofReport("PullSeconds", "$.seconds.pull", Unit.SECONDS),
                                ofReport("VerifySeconds", "$.seconds.verify", Unit.SECONDS),
                                ofReport("FinishSeconds", "$.seconds.finish", Unit.SECONDS),
                                total)),
                graph(
                        "Bytes of a bake: fetched, used on the volume, the volume's size",
                        List.of(
                                ofReport("FetchedBytes", "$.volume.fetchedBytes", Unit.BYTES),
                                ofReport("UsedBytes", "$.volume.usedBytes", Unit.BYTES),
                                ofReport("VolumeBytes", "$.volume.sizeBytes", Unit.BYTES))));
        dashboard.addWidgets(
                graph("Duration by function", eachOf(functions, Function::metricDuration)),
                graph("Errors by function", eachOf(functions, Function::metricErrors)));
        dashboard.addWidgets(
                graph(
                        "Fast Snapshot Restore, credits of all the account's snapshots: each line is billed by the hour",
                        List.of(SearchExpression.Builder.create()
                                .expression(FAST_RESTORE_CREDITS)
                                .label("")
                                .period(Duration.minutes(5))
                                .build())),
                graph(
                        "Builders, hours of baking a day: starting and ending come on top",
                        List.of(MathExpression.Builder.create()
                                .expression("seconds / 3600")
                                .label("hours")
                                .usingMetrics(Map.of(
                                        "seconds",
                                        total.with(MetricOptions.builder()
                                                .statistic("Sum")
                                                .period(Duration.days(1))
                                                .build())))
                                .period(Duration.days(1))
                                .build())));
    }

    /** A number of each finished bake's report, as a metric. */
    private Metric ofReport(String name, String selector, Unit unit) {
        return MetricFilter.Builder.create(scope, name)
                .logGroup(bakeLogs)
                // As AWS has it for numbers; the CDK's own puts the asterisk in quotation marks
                // (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html).
                .filterPattern(FilterPattern.literal("{ " + selector + " = * }"))
                .metricNamespace(namespace)
                .metricName(name)
                .metricValue(selector)
                .unit(unit)
                .build()
                .metric(MetricOptions.builder()
                        .statistic("Average")
                        .period(Duration.minutes(5))
                        .build());
    }

    private static List<IMetric> eachOf(
            List<Function> functions, java.util.function.Function<Function, Metric> metric) {
        List<IMetric> metrics = new ArrayList<>();
        functions.forEach(function -> metrics.add(metric.apply(function)));
        return metrics;
    }

    private static GraphWidget graph(String title, List<? extends IMetric> metrics) {
        return GraphWidget.Builder.create()
                .title(title)
                .width(HALF)
                .left(metrics)
                .build();
    }
}
