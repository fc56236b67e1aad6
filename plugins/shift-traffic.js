/**
 * Puts an alias in front of every function and has CodeDeploy move it from version to version: queues, schedules and the API call the
 * alias, so that a new version gets a part of the work first, and none when it fails.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatepolicy.html
 */
const ALIAS = 'live'

/** What calls functions, and which property says whom. */
const CALLERS = {
  'AWS::Lambda::EventSourceMapping': ['FunctionName'],
  'AWS::Lambda::Permission': ['FunctionName'],
  'AWS::ApiGatewayV2::Integration': ['IntegrationUri'],
  'AWS::Events::Rule': ['Targets', '0', 'Arn'],
}

const ofType = (resources, type) => Object.entries(resources).filter(([, { Type }]) => Type === type)

const referred = (value) => value?.Ref ?? value?.['Fn::GetAtt']?.[0]

/** `SweepLambdaFunction` is `Sweep`, and what belongs to it begins so. */
const stemOf = (functionId) => functionId.replace(/LambdaFunction$/, '')

const callAliases = (resources, functionIds) => {
  for (const [type, path] of Object.entries(CALLERS))
    for (const [, { Properties }] of ofType(resources, type)) {
      const parent = path.slice(0, -1).reduce((value, key) => value?.[key], Properties)
      const id = referred(parent?.[path.at(-1)])
      // of an alias, Ref is the ARN
      if (functionIds.includes(id)) parent[path.at(-1)] = { Ref: `${stemOf(id)}Alias` }
    }
  for (const [, config] of ofType(resources, 'AWS::Lambda::EventInvokeConfig')) {
    config.Properties.Qualifier = ALIAS
    // the qualifier is a name and refers to nothing: without this the configuration may be made before its alias, and fail
    config.DependsOn = [
      config.DependsOn ?? [],
      `${stemOf(referred(config.Properties.FunctionName))}Alias`,
    ].flat()
  }
}

const aliasOf = (functionId, versionId) => ({
  Type: 'AWS::Lambda::Alias',
  UpdatePolicy: {
    CodeDeployLambdaAliasUpdate: {
      ApplicationName: { Ref: 'DeploymentApplication' },
      DeploymentGroupName: { Ref: `${stemOf(functionId)}DeploymentGroup` },
    },
  },
  Properties: {
    Name: ALIAS,
    FunctionName: { Ref: functionId },
    FunctionVersion: { 'Fn::GetAtt': [versionId, 'Version'] },
  },
})

/** The API answers with 500 where something fails inside, which is no error of the function. */
const alarmsOf = (resources, functionId) => {
  const stem = stemOf(functionId)
  const answers = ofType(resources, 'AWS::ApiGatewayV2::Integration').some(
    ([, { Properties }]) => referred(Properties.IntegrationUri) === `${stem}Alias`,
  )
  return [`${stem}NewVersionAlarm`, ...(answers ? ['ApiFailuresAlarm'] : [])]
}

const groupOf = (preference, alarmIds) => ({
  Type: 'AWS::CodeDeploy::DeploymentGroup',
  Properties: {
    ApplicationName: { Ref: 'DeploymentApplication' },
    DeploymentConfigName: `CodeDeployDefault.Lambda${preference}`,
    DeploymentStyle: { DeploymentType: 'BLUE_GREEN', DeploymentOption: 'WITH_TRAFFIC_CONTROL' },
    ServiceRoleArn: { 'Fn::GetAtt': ['DeploymentRole', 'Arn'] },
    AutoRollbackConfiguration: {
      Enabled: true,
      Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
    },
    AlarmConfiguration: {
      Enabled: true,
      Alarms: alarmIds.map((Ref) => ({ Name: { Ref } })),
    },
  },
})

/** An alarm on a new version names it as `${SweepVersion.Version}`: the version's own id has a hash of its code in it. */
const nameVersion = (alarm, functionId, versionId) => {
  for (const dimension of alarm.Properties.Dimensions)
    if (dimension.Name === 'ExecutedVersion') dimension.Value = { 'Fn::GetAtt': [versionId, 'Version'] }
  if (!JSON.stringify(alarm).includes(versionId))
    throw new Error(`the alarm on new versions of ${functionId} names no version`)
}

/** With the preference `none` nothing is shifted: functions are called by themselves, and change at once. */
export const shiftTraffic = ({ Resources }, preference) => {
  if (preference === 'none') {
    delete Resources.DeploymentApplication
    delete Resources.DeploymentRole
    return
  }
  const versions = ofType(Resources, 'AWS::Lambda::Version').map(([id, { Properties }]) => [
    referred(Properties.FunctionName),
    id,
  ])
  callAliases(
    Resources,
    versions.map(([functionId]) => functionId),
  )
  for (const [functionId, versionId] of versions) {
    const stem = stemOf(functionId)
    Resources[`${stem}Alias`] = aliasOf(functionId, versionId)
    Resources[`${stem}DeploymentGroup`] = groupOf(preference, alarmsOf(Resources, functionId))
    nameVersion(Resources[`${stem}NewVersionAlarm`], functionId, versionId)
  }
}
