package dev.prebake.operate;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What there is to operate in an account and a Region, and what whoever looks may do there.
 *
 * @param identity the ARN of who looks; where that isn't known, nothing else is
 * @param deployment what is deployed; absent when nobody is known
 * @param rights what operating takes, each tried
 * @param quotas the limits
 * @param fastRestores how many snapshots have Fast Snapshot Restore, those that are only getting it included; absent when nobody is known
 * @param gp3GiB storage of all gp3 volumes together, in GiB; absent when nobody is known
 */
public record AccountFacts(
        Answer<String> identity,
        @Nullable Answer<Deployed> deployment,
        List<Answer<Boolean>> rights,
        Map<Quota, Answer<Double>> quotas,
        @Nullable Answer<Integer> fastRestores,
        @Nullable Answer<Long> gp3GiB) {
    /** What a cache's parameter holds before the first bake, as the stack makes it. */
    public static final String NOTHING = "none";

    /**
     * What is deployed.
     *
     * @param deployment its state machine and defaults
     * @param cache the cache that it bakes by default
     * @param newest its newest execution; absent when there was none yet
     * @param published what the cache's parameter holds; {@link #NOTHING} too where there is no parameter
     */
    public record Deployed(
            Deployment deployment, Cache cache, @Nullable Execution newest, Answer<String> published) {}
}
