package dev.prebake.lab.wire;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.SdkResponse;

/**
 * EC2 Query and AWS Query: the operation and its parameters as a form, the answer as XML.
 *
 * @param dialect which of the two
 * @param namespace the XML namespace of the answers; it ends with the API's version
 * @see <a href="https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html">Smithy: AWS EC2 Query</a>
 * @see <a href="https://smithy.io/2.0/aws/protocols/aws-query-protocol.html">Smithy: AWS Query</a>
 */
record QueryProtocol(Dialect dialect, String namespace) implements Protocol {
    private static final String FORM = "application/x-www-form-urlencoded";

    /** The two protocols differ in their lists and in what is around an answer. */
    enum Dialect {
        EC2,
        AWS;

        /** Whether a request's list is {@code Name.1}, not {@code Name.member.1}; EC2's always is. */
        boolean flattens(boolean modelledFlat) {
            return this == EC2 || modelledFlat;
        }
    }

    @Override
    public boolean claims(WireRequest request) {
        var version = namespace.replaceFirst(".*/doc/([^/]+)/$", "$1");
        return request.mediaType().equals(FORM) && request.bodyText().contains("Version=" + version);
    }

    @Override
    public Operation route(WireRequest request, Service service) {
        return service.operation(form(request).parameter("Action"));
    }

    @Override
    public void read(WireRequest request, Operation operation, SdkPojo builder) {
        PojoReader.fill(
                builder, form(request), dialect == Dialect.EC2 ? MemberNaming.PARAMETERS : MemberNaming.MEMBERS);
    }

    private FormWireNode form(WireRequest request) {
        if (request.method().equals("GET")) {
            var query = request.uri().getRawQuery();
            return FormWireNode.parse(query == null ? "" : query, dialect);
        }
        if (!request.mediaType().equals(FORM)) {
            throw new RejectedException(
                    Rejection.CONTENT_TYPE,
                    "Content-Type must be " + FORM + ", not "
                            + (request.mediaType().isEmpty() ? "absent" : request.mediaType()) + ".");
        }
        return FormWireNode.parse(request.bodyText(), dialect);
    }

    @Override
    public WireAnswer answer(Operation operation, SdkResponse response, String requestId) {
        var xml = new XmlPojoWriter();
        var name = operation.name();
        xml.open(name + "Response xmlns=\"" + namespace + "\"");
        switch (dialect) {
            case EC2 -> {
                xml.text("requestId", requestId);
                if (response.sdkFields().isEmpty()) {
                    xml.text("return", "true");
                }
                xml.members(response);
            }
            case AWS -> {
                xml.open(name + "Result");
                xml.members(response);
                xml.close(name + "Result");
                xml.open("ResponseMetadata");
                xml.text("RequestId", requestId);
                xml.close("ResponseMetadata");
            }
        }
        xml.close(name + "Response");
        return answer(200, xml);
    }

    @Override
    public WireAnswer error(AwsServiceException error, String requestId) {
        var details = error.awsErrorDetails();
        return error(error.statusCode(), details.errorCode(), details.errorMessage(), error, requestId);
    }

    @Override
    public WireAnswer rejection(Rejection rejection, String message, String requestId) {
        if (dialect == Dialect.EC2 && rejection == Rejection.UNSIGNED) {
            return error(401, "AuthFailure", message, null, requestId);
        }
        return error(
                rejection.queryStatus,
                dialect == Dialect.EC2 && rejection == Rejection.MISSING_MEMBER
                        ? "MissingParameter"
                        : rejection.queryCode,
                message,
                null,
                requestId);
    }

    private WireAnswer error(
            int status, String code, @Nullable String message, @Nullable SdkPojo fields, String requestId) {
        var xml = new XmlPojoWriter();
        var ec2 = dialect == Dialect.EC2;
        xml.open(ec2 ? "Response" : "ErrorResponse xmlns=\"" + namespace + "\"");
        if (ec2) {
            xml.open("Errors");
        }
        xml.open("Error");
        if (!ec2) {
            xml.text("Type", status < 500 ? "Sender" : "Receiver");
        }
        xml.text("Code", code);
        xml.text("Message", message == null ? "" : message);
        if (fields != null) {
            xml.members(fields);
        }
        xml.close("Error");
        if (ec2) {
            xml.close("Errors");
            xml.text("RequestID", requestId);
            xml.close("Response");
        } else {
            xml.text("RequestId", requestId);
            xml.close("ErrorResponse");
        }
        return answer(status, xml);
    }

    private static WireAnswer answer(int status, XmlPojoWriter xml) {
        return new WireAnswer(status, "text/xml;charset=UTF-8", Map.of(), SdkBytes.fromUtf8String(xml.toString()));
    }
}
