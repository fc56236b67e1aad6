/**
 * Has the API ask for a token (JWT) of one issuer in place of an IAM identity. What a caller may do stands in the token's scopes, one for
 * each of the policies that callers have with IAM.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
const scopesOf = (routeKey) => {
  if (routeKey === 'POST /rehydrations/expedited') return ['icecore/expedite']
  if (routeKey === 'POST /rehydrations/{rehydrationId}/approval') return ['icecore/approve']
  // whoever approves has to see what for
  if (routeKey === 'GET /rehydrations' || routeKey === 'GET /rehydrations/{rehydrationId}')
    return ['icecore/rehydrate', 'icecore/approve']
  if (routeKey === 'POST /quotes') return ['icecore/read', 'icecore/rehydrate']
  return routeKey.includes(' /rehydrations') ? ['icecore/rehydrate'] : ['icecore/read']
}

export const askForTokens = ({ Resources }, { issuer, audience }) => {
  if (issuer === '' && audience === '') return
  if (!issuer.startsWith('https://') || audience === '')
    throw new Error('jwtIssuer and jwtAudience: expected an https URL and what tokens are for, both or none')
  Resources.HttpApiTokens = {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: { Ref: 'HttpApi' },
      AuthorizerType: 'JWT',
      Name: 'tokens',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: issuer, Audience: audience.split(',') },
    },
  }
  for (const { Type, Properties } of Object.values(Resources))
    if (Type === 'AWS::ApiGatewayV2::Route')
      Object.assign(Properties, {
        AuthorizationType: 'JWT',
        AuthorizerId: { Ref: 'HttpApiTokens' },
        AuthorizationScopes: scopesOf(Properties.RouteKey),
      })
}
