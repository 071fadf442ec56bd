package dev.prebake.infra;

import java.util.List;

/** The deployment's properties can't be right; the message has every problem. */
public final class InvalidPropertiesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidPropertiesException(String context, List<String> problems) {
        super("The properties in the CDK's context '" + context + "' (cdk.json, or in Java) are not valid: "
                + String.join("; ", problems) + ".");
    }
}
