package dev.prebake.podtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.prebake.podtime.PodVersion.Role;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

@DisplayName("Timelines, printed")
class TimelinesTest {
    @Test
    @DisplayName("as text show each phase with its source, bounds rounded outwards, and the stretches")
    void text() {
        assertThat(TimelineText.lines(List.of(pulled(1))))
                .startsWith("pod default/app-1 on node-1: ready")
                .contains(
                        "  scheduled                          0                  event Scheduled",
                        "  pulling (app)                      0.750 s            event Pulling",
                        "  pulled (app)                       12.000 s           event Pulled: pull took 11.200 s after"
                                + " waiting 0.050 s, 9500.0 MB",
                        "  ready                              13.5 to 14.5 s     condition Ready, whole seconds",
                        "    pulling images                   11.250 s",
                        "  scheduled to ready                 13.5 to 14.5 s");
    }

    @Test
    @DisplayName("as text name gaps and their reasons, and the image that was there")
    void gaps() {
        TimedPod pod = timed(
                "cached.yaml",
                1,
                Story.pulled()
                        .without("Pulling")
                        .without("Pulled")
                        .event("Pulled", "app", 1.25, "Container image \"a\" already present on machine")
                        .condition("Ready", "False", 14, "ContainersNotReady", "unready"));

        assertThat(TimelineText.lines(List.of(pod)))
                .first()
                .asString()
                .startsWith("pod default/app-1 on node-1: not ready: ");
        assertThat(TimelineText.lines(List.of(pod)))
                .contains("  ready                              -                  gap: condition Ready is False"
                        + " (ContainersNotReady)")
                .anyMatch(line -> line.endsWith("event Pulled: image already present, nothing pulled"))
                .anyMatch(
                        line -> line.startsWith("  created to ready                   -                  gap: ready:"));
    }

    @Test
    @DisplayName("as text count no moment of a clock from a zero of another that is shown to disagree")
    void skew() {
        assertThat(TimelineText.lines(
                        List.of(timed("a", 1, Story.pulled().nodeAhead(-30).accepted(0)))))
                .anyMatch(line -> line.startsWith("  note: the node's clock is at least "));
    }

    @Test
    @DisplayName("as text compare the medians of two manifests within what is known")
    void comparison() {
        assertThat(TimelineText.lines(several()))
                .contains(
                        "uncached.yaml: 3 of 3 pods became ready",
                        "From scheduled to ready uncached.yaml takes 3.9 to 5.8 times as long as cached.yaml (medians).")
                .anyMatch(
                        line -> line.startsWith("uncached.yaml, run 2: pod default/app-1 on node-1: ready; scheduled to"
                                + " ready 13.5 to 14.5 s, pulling images 11.250 s"));
    }

    @Test
    @DisplayName("as text say when some pods of a kind pulled and others found the image on the node")
    void mixed() {
        assertThat(TimelineText.lines(several())).noneMatch(line -> line.contains("two kinds of start"));
        assertThat(TimelineText.lines(List.of(pulled(1), cached("uncached.yaml", 2), cached("uncached.yaml", 3))))
                .anyMatch(line ->
                        line.startsWith("  note: 1 of these pods pulled images and 2 found all of theirs on the node"));
    }

    @Test
    @DisplayName("say what to do about a pod that isn't ready, and pods with the same problem share a sentence")
    void problems() {
        TimedPod late = timed("a", 1, new Story().accepted(0).waiting("app", "ErrImagePull", "a:1: not found"));
        String words = "image not pulled: app waits: ErrImagePull: a:1: not found";
        String advice =
                "The registry has no such image: correct its name or tag, or push it. The kubelet tries again by"
                        + " itself.";

        TimedPod first = timed(
                "a",
                1,
                new Story().accepted(0).container("app", Role.MAIN).event("FailedMount", null, 2, "no\n secret."));
        TimedPod second = timed(
                "a",
                1,
                new Story()
                        .named("app-2")
                        .accepted(0)
                        .container("app", Role.MAIN)
                        .event("FailedMount", null, 2, "no\n secret."));
        assertThat(TimelineText.problems(List.of(first, second), Duration.ofMinutes(10)))
                .containsExactly("Pods default/app-1, default/app-2 did not become ready within 600 s: not ready:"
                        + " FailedMount: no secret. See what its volumes need: kubectl describe pod app-1 -n default"
                        + " shows them. It is tried again by itself.");

        assertThat(TimelineText.lines(List.of(late)))
                .startsWith("pod default/app-1 on node-1: " + words, "  what to do: " + advice);
        assertThat(TimelineJson.of(List.of(late)).at("/pods/0/advice").textValue())
                .isEqualTo(advice);
        assertThat(TimelineText.problems(List.of(pulled(1), late, late, late, late), Duration.ofMinutes(10)))
                .containsExactly(
                        "Pods default/app-1, default/app-1, default/app-1 and 1 more did not become ready within"
                                + " 600 s: " + words + ". " + advice);
    }

    @Test
    @DisplayName("as JSON have figures in seconds with both bounds, or a gap")
    void json() {
        JsonNode document = TimelineJson.of(several());

        assertThat(document.at("/pods/0/outcome").textValue()).isEqualTo("ready");
        assertThat(document.at("/pods/0/spans/pulling/atLeastSeconds").doubleValue())
                .isEqualTo(11.25);
        assertThat(document.at("/pods/0/spans/scheduledToReady/atMostSeconds").doubleValue())
                .isEqualTo(14.5);
        assertThat(document.at("/pods/0/spans/scheduledToReady/gap").isNull()).isTrue();
        assertThat(document.at("/pods/0/phases/0/phase").textValue()).isEqualTo("created");
        assertThat(document.at("/pods/0/images/0/bytes").longValue()).isEqualTo(9_500_000_000L);
        assertThat(document.at("/pods/1/images/0/alreadyPresent").booleanValue())
                .isTrue();
        assertThat(document.at("/statistics/2/span").textValue()).isEqualTo("pulling");
        assertThat(document.at("/statistics/2/median/atMostSeconds").doubleValue())
                .isEqualTo(11.25);
    }

    @Test
    @DisplayName("as CSV have the same columns in each row, with commas quoted")
    void csv() {
        List<String> lines = TimelineCsv.lines(List.of(pulled(1)));

        assertThat(lines.getFirst()).startsWith("variant,run,namespace,pod,uid,node,outcome,kind,name,container,");
        assertThat(lines)
                .contains("uncached.yaml,1,default,app-1," + Story.UID
                        + ",node-1,ready,phase,ready,,13.500000,14.500000,\"condition Ready, whole seconds\",")
                .contains("uncached.yaml,1,default,app-1," + Story.UID
                        + ",node-1,ready,span,pulling,,11.250000,11.250000,,");
    }

    @Test
    @DisplayName("as a chart have a lane for each pod and for each median, bars in order, and nothing beyond the edge")
    void chart() throws Exception {
        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(TimelineChart.svg(several()).getBytes(StandardCharsets.UTF_8)));

        List<Element> bars = IntStream.range(0, svg.getElementsByTagName("rect").getLength())
                .mapToObj(i -> (Element) svg.getElementsByTagName("rect").item(i))
                .filter(bar -> bar.getElementsByTagName("title").getLength() > 0)
                .toList();
        // Three pods and their median, twice, of six stretches each.
        assertThat(bars).hasSize(2 * 4 * 6);
        assertThat(bars)
                .allSatisfy(bar ->
                        assertThat(percent(bar, "x") + percent(bar, "width")).isLessThanOrEqualTo(96.1));
    }

    @Test
    @DisplayName("as a chart explain the stretches that are drawn, and no others")
    void legend() {
        assertThat(TimelineChart.svg(several()))
                .contains(">pulling images</text>", ">until ready</text>")
                .doesNotContain(">init containers' programs</text>");
    }

    @Test
    @DisplayName("as a chart carry names as text, whatever is in them")
    void escaped() {
        TimedPod pod = timed("<&>", 1, Story.pulled());

        assertThat(TimelineChart.svg(List.of(pod, pod)))
                .contains("&lt;&amp;&gt;")
                .doesNotContain("<&>");
    }

    private static double percent(Element bar, String attribute) {
        return Double.parseDouble(bar.getAttribute(attribute).replace("%", ""));
    }

    private static List<TimedPod> several() {
        return IntStream.rangeClosed(1, 3)
                .boxed()
                .flatMap(run -> Stream.of(pulled(run), cached("cached.yaml", run)))
                .toList();
    }

    private static TimedPod cached(String variant, int run) {
        return timed(
                variant,
                run,
                Story.pulled()
                        .without("Pulling")
                        .without("Pulled")
                        .without("Created")
                        .without("Started")
                        .event("Pulled", "app", 1.25, "Container image \"a\" already present on machine")
                        .event("Created", "app", 1.5, "Created container: app")
                        .event("Started", "app", 1.75, "Started container app")
                        .condition("ContainersReady", "True", 3)
                        .condition("Ready", "True", 3));
    }

    private static TimedPod pulled(int run) {
        return timed("uncached.yaml", run, Story.pulled());
    }

    private static TimedPod timed(String variant, int run, Story story) {
        return new TimedPod(variant, run, story.timeline());
    }
}
