/** Routes to the internet, by which a cloud controller distinguishes public from private subnets. */
import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
} from "@aws-sdk/client-ec2";
import type * as aws from "@pulumi/aws";
import { type ResourceHandler, resourceHandler } from "./resourceHandler";
import { tagged } from "./network";

export const routeHandlers: Readonly<Record<string, ResourceHandler>> = {
  "aws:ec2/internetGateway:InternetGateway": resourceHandler<aws.ec2.InternetGatewayArgs>(async (inputs, { ec2 }) => {
    const { InternetGateway } = await ec2.send(
      new CreateInternetGatewayCommand({ TagSpecifications: tagged("internet-gateway", inputs.tags) }),
    );
    const id = InternetGateway?.InternetGatewayId;
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: id, VpcId: inputs.vpcId }));
    return { id };
  }),

  "aws:ec2/routeTable:RouteTable": resourceHandler<aws.ec2.RouteTableArgs>(async (inputs, { ec2 }) => {
    const { RouteTable } = await ec2.send(
      new CreateRouteTableCommand({ VpcId: inputs.vpcId, TagSpecifications: tagged("route-table", inputs.tags) }),
    );
    return { id: RouteTable?.RouteTableId };
  }),

  "aws:ec2/routeTableAssociation:RouteTableAssociation": resourceHandler<aws.ec2.RouteTableAssociationArgs>(
    async (inputs, { ec2 }) => {
      const { AssociationId } = await ec2.send(
        new AssociateRouteTableCommand({ RouteTableId: inputs.routeTableId, SubnetId: inputs.subnetId }),
      );
      return { id: AssociationId };
    },
  ),

  // Routes through NAT gateways make no difference there, and NAT gateways are not created.
  "aws:ec2/route:Route": resourceHandler<aws.ec2.RouteArgs>(async (inputs, { ec2 }) => {
    const { routeTableId, destinationCidrBlock, gatewayId } = inputs;
    if (gatewayId === undefined) return undefined;
    await ec2.send(
      new CreateRouteCommand({
        RouteTableId: routeTableId,
        DestinationCidrBlock: destinationCidrBlock,
        GatewayId: gatewayId,
      }),
    );
  }),
};
