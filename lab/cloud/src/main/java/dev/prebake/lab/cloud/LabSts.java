package dev.prebake.lab.cloud;

import dev.prebake.lab.clock.LabClock;
import dev.prebake.lab.wire.AwsFault;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.AssumedRoleUser;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.StsException;

/** Who one is in the lab: the account's one user, whatever the access key; and any role of the account for whoever asks. */
final class LabSts implements StsClient {
    private static final int FORBIDDEN = 403;
    private static final int DEFAULT_SECONDS = 3600;
    private static final Pattern ROLE =
            Pattern.compile("arn:aws:iam::" + Account.ID + ":role/(?:[\\w+=,.@-]+/)*(?<name>[\\w+=,.@-]{1,64})");

    private final LabClock clock;

    LabSts(LabClock clock) {
        this.clock = clock;
    }

    @Override
    public AssumeRoleResponse assumeRole(AssumeRoleRequest request) {
        Matcher role = ROLE.matcher(request.roleArn());
        if (!role.matches()) {
            throw AwsFault.of(
                    StsException.builder(),
                    FORBIDDEN,
                    "AccessDenied",
                    "User: arn:aws:iam::" + Account.ID
                            + ":user/lab is not authorized to perform: sts:AssumeRole on resource: "
                            + request.roleArn());
        }
        int seconds = Objects.requireNonNullElse(request.durationSeconds(), DEFAULT_SECONDS);
        return AssumeRoleResponse.builder()
                .credentials(Credentials.builder()
                        .accessKeyId("ASIALABLABLABLABLABL")
                        .secretAccessKey("lab")
                        .sessionToken("lab")
                        .expiration(clock.instant().plusSeconds(seconds))
                        .build())
                .assumedRoleUser(AssumedRoleUser.builder()
                        .assumedRoleId("AROALABLABLABLABLABLA:" + request.roleSessionName())
                        .arn("arn:aws:sts::" + Account.ID + ":assumed-role/" + role.group("name") + "/"
                                + request.roleSessionName())
                        .build())
                .build();
    }

    @Override
    public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
        return GetCallerIdentityResponse.builder()
                .account(Account.ID)
                .userId("AIDALABLABLABLABLABLA")
                .arn("arn:aws:iam::" + Account.ID + ":user/lab")
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
