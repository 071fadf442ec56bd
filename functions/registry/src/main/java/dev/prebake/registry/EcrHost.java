package dev.prebake.registry;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private registry of Amazon ECR, told by its host
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html and .../ecr-requests.html for dual stack).
 *
 * @param account the account that it is of
 * @param region the region that its tokens are had in
 */
record EcrHost(String account, String region) {
    private static final Pattern HOST = Pattern.compile("(?<account>[0-9]{12})\\.dkr[.-]ecr(?:-fips)?\\."
            + "(?<region>[a-z]{2}[a-z0-9-]{1,30})\\."
            + "(?:amazonaws\\.com(?:\\.cn)?|amazonaws\\.eu|on\\.aws|on\\.amazonwebservices\\.com\\.cn)");

    /** The registry of a host; nothing when it isn't ECR's. */
    static Optional<EcrHost> of(String host) {
        Matcher parts = HOST.matcher(host);
        return parts.matches()
                ? Optional.of(new EcrHost(parts.group("account"), parts.group("region")))
                : Optional.empty();
    }
}
