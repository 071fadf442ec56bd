package dev.prebake.lab.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prebake.lab.clock.LabClock;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("EC2's request buckets")
class RequestBucketsTest {
    private final LabClock clock = LabClock.frozenAt(Doubles.START);

    @ParameterizedTest(name = "{0} at {1} of the documented limits: {2} at once, {3} after two seconds")
    @CsvSource({
        "DescribeSnapshots, 1, 100, 40",
        "DescribeSnapshots, 0.1, 10, 4",
        "CreateSnapshot, 1, 50, 10",
        "RunInstances, 1, 5, 4",
        "TerminateInstances, 1, 100, 10",
        "RunInstances, 0.5, 2, 2",
    })
    @DisplayName("hold and refill what AWS documents for an operation's kind, or a share of it")
    void shapes(String operation, double share, int atOnce, int afterTwoSeconds) throws InterruptedException {
        RequestBuckets buckets = new RequestBuckets(clock, share, false);

        assertThat(taken(buckets, operation)).isEqualTo(atOnce);
        clock.sleep(Duration.ofSeconds(2));
        assertThat(taken(buckets, operation)).isEqualTo(afterTwoSeconds);
        assertThat(buckets.take("DescribeVolumes")).as("another operation's").isTrue();
    }

    private static long taken(RequestBuckets buckets, String operation) {
        return IntStream.range(0, 200).filter(_ -> buckets.take(operation)).count();
    }
}
