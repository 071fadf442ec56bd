package dev.prebake.lab.wire;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who signed a request, as its Signature Version 4 {@code Authorization} header says. The signature itself is not
 * verified: the endpoint has no secrets, and on loopback whoever can call it can also read its memory.
 *
 * @param accessKeyId the access key that signed
 * @param region the Region of the credential scope
 * @param signingName the service of the credential scope, such as {@code ec2} or {@code states}
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html">Signature
 *     Version 4: authentication methods</a>
 */
public record Caller(String accessKeyId, String region, String signingName) {
    /** Many times what clients send, and short enough to match a pattern against. */
    private static final int MAX_LENGTH = 4096;

    private static final Pattern SIGNED = Pattern.compile("AWS4-HMAC-SHA256\\s+"
            + "(?=.*\\bSignedHeaders=[^,\\s]+)(?=.*\\bSignature=[0-9a-fA-F]+)"
            + ".*?\\bCredential=([^/,\\s]+)/\\d{8}/([^/,\\s]+)/([^/,\\s]+)/aws4_request.*");

    /**
     * Reads the header of a request.
     *
     * @param authorization the header, null when the request has none
     * @throws RejectedException when it is absent or not a Version 4 signature
     */
    static Caller of(@Nullable String authorization) {
        if (authorization == null || authorization.isBlank()) {
            throw new RejectedException(
                    Rejection.UNSIGNED,
                    "The request has no Authorization header. Sign it with any credentials: the lab reads who signed,"
                            + " not the signature.");
        }
        var signed = SIGNED.matcher(authorization);
        if (authorization.length() > MAX_LENGTH || !signed.matches()) {
            throw new RejectedException(
                    Rejection.BAD_SIGNATURE,
                    "The Authorization header must be AWS4-HMAC-SHA256 with Credential=<access key>/<date>/<Region>/"
                            + "<service>/aws4_request, SignedHeaders and Signature.");
        }
        return new Caller(signed.group(1), signed.group(2), signed.group(3));
    }
}
